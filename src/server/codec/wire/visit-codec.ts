import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { StepVisit as StepVisitMessage } from '../../../../gen/focal/orchestration/v1/session';
import type { StepVisit, SuspendedVisit } from '../../../core/model/visit';
import { visitOutcome } from './enums';
import { optionalTimeFromProto } from './time';
import { writeFlag, writeMessage, writeNumber, writeText, writeTime } from './write-field';

/** Writes a StepVisit. */
export function writeVisit(writer: BinaryWriter, visit: StepVisit): void {
  writeNumber(writer, 1, visit.number);
  writeNumber(writer, 2, visit.enteredRevision);
  writeNumber(writer, 9, visitOutcome.optionalToProto(visit.outcome));
  writeTime(writer, 12, visit.openedAt);
  writeNumber(writer, 13, visit.informedRevision);
  writeFlag(writer, 14, visit.wasAskedBefore);
  writeFlag(writer, 15, visit.mustAsk);
  // The contract has a list where the domain has nested visits, so that the depth of a message is bounded.
  for (let suspended = visit.returnTo; suspended !== undefined; suspended = suspended.visit.returnTo) {
    writeMessage(writer, 16, suspended, writeSuspendedVisit);
  }
  writeNumber(writer, 17, visit.supersededKeys);
}

function writeSuspendedVisit(writer: BinaryWriter, { stepId, attempts, visit }: SuspendedVisit): void {
  writeText(writer, 1, stepId);
  writeNumber(writer, 2, attempts);
  writeNumber(writer, 3, visit.number);
  writeNumber(writer, 4, visit.enteredRevision);
  writeTime(writer, 5, visit.openedAt);
  writeNumber(writer, 6, visitOutcome.optionalToProto(visit.outcome));
  writeNumber(writer, 7, visit.informedRevision);
  writeFlag(writer, 8, visit.wasAskedBefore);
  writeFlag(writer, 9, visit.mustAsk);
  writeNumber(writer, 10, visit.supersededKeys);
}

/** The inverse of `writeVisit`. A visit without a time opened at `lastActiveAt`. */
export function visitFromProto(message: StepVisitMessage, lastActiveAt: number): StepVisit {
  let returnTo: SuspendedVisit | undefined;
  for (const suspended of message.suspendedVisits.toReversed()) {
    const visit = stateFromProto(suspended, returnTo, lastActiveAt);
    returnTo = { stepId: suspended.stepId, visit, attempts: suspended.attempts };
  }
  return stateFromProto(message, returnTo, lastActiveAt);
}

/** The fields that the contract has for the current and for suspended visits. */
type VisitState = Pick<
  StepVisitMessage,
  | 'number'
  | 'enteredRevision'
  | 'openedAt'
  | 'outcome'
  | 'informedRevision'
  | 'wasAskedBefore'
  | 'mustAsk'
  | 'supersededKeys'
>;

function stateFromProto(message: VisitState, returnTo: SuspendedVisit | undefined, lastActiveAt: number): StepVisit {
  return {
    number: message.number,
    enteredRevision: message.enteredRevision,
    openedAt: optionalTimeFromProto(message.openedAt) ?? lastActiveAt,
    outcome: visitOutcome.optionalFromProto(message.outcome),
    informedRevision: message.informedRevision,
    wasAskedBefore: message.wasAskedBefore,
    mustAsk: message.mustAsk,
    supersededKeys: message.supersededKeys,
    returnTo,
  };
}
