import type { StepOutcome as StepOutcomeMessage } from '../../../../gen/focal/orchestration/v1/turn';
import type { StepOutcome } from '../../../core/model/turn';
import { stepOutcomeKind } from './enums';
import { fieldsFromProto, fieldsToProto } from './json-value';

/** What became of a step as the contract has it. `path` names the outcome in errors. */
export function stepOutcomeToProto(outcome: StepOutcome, path: string): StepOutcomeMessage {
  return {
    instanceId: outcome.instanceId,
    stepId: outcome.stepId,
    actionKey: outcome.actionKey,
    kind: stepOutcomeKind.toProto[outcome.kind],
    toolId: outcome.toolId,
    results: fieldsToProto(outcome.results, `${path}.results`),
  };
}

/** The inverse of `stepOutcomeToProto`. Throws INVALID_REQUEST for an absent kind. */
export function stepOutcomeFromProto(message: StepOutcomeMessage, path: string): StepOutcome {
  return {
    instanceId: message.instanceId,
    stepId: message.stepId,
    actionKey: message.actionKey,
    kind: stepOutcomeKind.fromProto(message.kind),
    toolId: message.toolId,
    results: fieldsFromProto(message.results, `${path}.results`),
  };
}
