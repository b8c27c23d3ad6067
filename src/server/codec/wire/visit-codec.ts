import type { StepVisit as StepVisitMessage } from '../../../../gen/focal/orchestration/v1/session';
import type { StepVisit } from '../../../core/model/session';
import { contributionType, openType, stepOutcomeKind } from './enums';
import { fieldsFromProto, fieldsToProto } from './json-value';

/** The state of a visit as the contract has it. */
export function visitToProto(visit: StepVisit): StepVisitMessage {
  return {
    number: visit.number,
    enteredRevision: visit.enteredRevision,
    contributedTypes: visit.contributedTypes.map((type) => contributionType.toProto[type]),
    askedFields: visit.askedFields.slice(),
    openType: openType.optionalToProto(visit.openType),
    openAskFields: visit.openAskFields.slice(),
    shownValues: fieldsToProto(visit.shownValues, 'visit.shown_values'),
    confirmed: visit.confirmed,
    outcome: stepOutcomeKind.optionalToProto(visit.outcome),
    acted: visit.acted,
    attempts: visit.attempts,
  };
}

/** The inverse of `visitToProto`. */
export function visitFromProto(message: StepVisitMessage): StepVisit {
  return {
    number: message.number,
    enteredRevision: message.enteredRevision,
    contributedTypes: message.contributedTypes.map((type) => contributionType.fromProto(type)),
    askedFields: message.askedFields,
    openType: openType.optionalFromProto(message.openType),
    openAskFields: message.openAskFields,
    shownValues: fieldsFromProto(message.shownValues, 'visit.shown_values'),
    confirmed: message.confirmed,
    outcome: stepOutcomeKind.optionalFromProto(message.outcome),
    acted: message.acted,
    attempts: message.attempts,
  };
}
