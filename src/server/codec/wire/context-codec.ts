import type { ScenarioSelectionContext as ContextMessage } from '../../../../gen/focal/orchestration/v1/lifecycle';
import type { ContextSummary } from '../../../core/model/turn-result';
import { relationshipFromProto, relationshipToProto } from './relationship-codec';

/** What P6.1 joined as the contract has it. */
export function contextToProto(context: ContextSummary): ContextMessage {
  return {
    intent: context.intent,
    intentScore: context.intentScore,
    focusInstanceId: context.focusInstanceId,
    addressedInstanceIds: context.addressedInstanceIds.slice(),
    candidates: context.candidates.slice(),
    instances: context.instances.slice(),
    relationships: context.relationships.map(relationshipToProto),
    changedFields: context.changedFields.slice(),
  };
}

/** The inverse of `contextToProto`. */
export function contextFromProto(message: ContextMessage): ContextSummary {
  return {
    intent: message.intent,
    intentScore: message.intentScore,
    focusInstanceId: message.focusInstanceId,
    addressedInstanceIds: message.addressedInstanceIds,
    candidates: message.candidates,
    instances: message.instances,
    relationships: message.relationships.map(relationshipFromProto),
    changedFields: message.changedFields,
  };
}
