import type {
  RouteEntry as RouteEntryMessage,
  StepVisit as StepVisitMessage,
  SuspendedVisit as SuspendedVisitMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import type { RouteEntry, StepVisit, SuspendedVisit } from '../../../core/model/session';
import { visitOutcome } from './enums';
import { createInvalidFieldError } from './invalid-field-error';
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
    returnTo: visit.returnTo && suspendedVisitToProto(visit.returnTo),
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

/** The inverse of `visitToProto`. A visit without a time opened at `lastActiveAt`. */
export function visitFromProto(message: StepVisitMessage, lastActiveAt: number): StepVisit {
  return {
    number: message.number,
    enteredRevision: message.enteredRevision,
    openedAt: optionalTimeFromProto(message.openedAt) ?? lastActiveAt,
    outcome: visitOutcome.optionalFromProto(message.outcome),
    informedRevision: message.informedRevision,
    wasAskedBefore: message.wasAskedBefore,
    mustAsk: message.mustAsk,
    returnTo: message.returnTo && suspendedVisitFromProto(message.returnTo, lastActiveAt),
  };
}

function suspendedVisitToProto({ stepId, visit, attempts }: SuspendedVisit): SuspendedVisitMessage {
  return { stepId, visit: visitToProto(visit), attempts };
}

function suspendedVisitFromProto(message: SuspendedVisitMessage, lastActiveAt: number): SuspendedVisit {
  const { stepId, visit, attempts } = message;
  if (visit === undefined) throw createInvalidFieldError('visit.return_to.visit', 'is required');
  return { stepId, visit: visitFromProto(visit, lastActiveAt), attempts };
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
