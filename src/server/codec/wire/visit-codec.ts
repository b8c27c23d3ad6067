import type {
  RouteEntry as RouteEntryMessage,
  StepVisit as StepVisitMessage,
  SuspendedVisit as SuspendedVisitMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import type { RouteEntry, StepVisit, SuspendedVisit } from '../../../core/model/visit';
import { visitOutcome } from './enums';
import { emptyMapField } from './map-field';
import { optionalTimeFromProto } from './time';

export function visitToProto(visit: StepVisit): StepVisitMessage {
  return {
    number: visit.number,
    enteredRevision: visit.enteredRevision,
    openedAt: new Date(visit.openedAt),
    outcome: visitOutcome.optionalToProto(visit.outcome),
    informedRevision: visit.informedRevision,
    wasAskedBefore: visit.wasAskedBefore,
    mustAsk: visit.mustAsk,
    supersededKeys: visit.supersededKeys,
    suspendedVisits: listSuspendedVisits(visit),
    // The marks of releases up to 0.2, which are only read.
    contributedTypes: [],
    askedFields: [],
    openType: 0,
    openAskFields: [],
    shownValues: emptyMapField,
    confirmed: false,
    acted: false,
    attempts: 0,
  };
}

/** The contract has a list where the domain has nested visits, so that the depth of a message is bounded. */
function listSuspendedVisits({ returnTo }: StepVisit): SuspendedVisitMessage[] {
  const messages: SuspendedVisitMessage[] = [];
  for (let suspended = returnTo; suspended !== undefined; suspended = suspended.visit.returnTo) {
    const { stepId, attempts, visit } = suspended;
    messages.push({
      stepId,
      attempts,
      number: visit.number,
      enteredRevision: visit.enteredRevision,
      openedAt: new Date(visit.openedAt),
      outcome: visitOutcome.optionalToProto(visit.outcome),
      informedRevision: visit.informedRevision,
      wasAskedBefore: visit.wasAskedBefore,
      mustAsk: visit.mustAsk,
      supersededKeys: visit.supersededKeys,
    });
  }
  return messages;
}

/** The inverse of `visitToProto`. A visit without a time opened at `lastActiveAt`. */
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

export function routeEntryToProto(entry: RouteEntry): RouteEntryMessage {
  return {
    stepId: entry.stepId,
    visitNumber: entry.visitNumber,
    transitionId: entry.transitionId,
    asked: entry.asked,
    canGoBackTo: entry.canGoBackTo,
    declined: entry.declined,
    readFields: entry.readFields.slice(),
    confirmedFields: entry.confirmedFields.slice(),
  };
}
