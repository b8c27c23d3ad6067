import type { ScenarioChoiceRequest as ChoiceMessage } from '../../../../gen/focal/orchestration/v1/session';
import type { FieldValues } from '../../../core/model/json';
import type { ScenarioChoiceRequest } from '../../../core/model/session';
import { choiceReason } from './decision-enums';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { emptyMapField } from './map-field';
import { puttingFromProto, puttingToProto } from './request-codec';
import { choiceStatus } from './session-enums';

export function choiceToProto(choice: ScenarioChoiceRequest): ChoiceMessage {
  return {
    reason: choiceReason.toProto[choice.reason],
    options: choice.scenarioIds.map((scenarioId, index) => {
      const localValues = choice.localValues.get(scenarioId);
      return {
        scenarioId,
        score: choice.scores[index] ?? 0,
        localValues: localValues ? fieldsToProto(localValues, 'choice.local_values') : emptyMapField,
      };
    }),
    status: choiceStatus.toProto[choice.status],
    firstPut: choice.firstPut && puttingToProto(choice.firstPut),
    lastPut: choice.lastPut && puttingToProto(choice.lastPut),
    previousPut: choice.previousPut && puttingToProto(choice.previousPut),
    putCount: choice.putCount,
    attempts: choice.attempts,
  };
}

/** The inverse of `choiceToProto`. Scenarios without local values have no entry. */
export function choiceFromProto(message: ChoiceMessage): ScenarioChoiceRequest {
  const localValues = new Map<string, FieldValues>();
  for (const option of message.options) {
    const values = fieldsFromProto(option.localValues, 'choice.local_values');
    if (values.size > 0) localValues.set(option.scenarioId, values);
  }
  return {
    reason: choiceReason.fromProto(message.reason),
    scenarioIds: message.options.map(({ scenarioId }) => scenarioId),
    scores: message.options.map(({ score }) => score),
    status: choiceStatus.fromProto(message.status),
    firstPut: message.firstPut && puttingFromProto(message.firstPut),
    lastPut: message.lastPut && puttingFromProto(message.lastPut),
    previousPut: message.previousPut && puttingFromProto(message.previousPut),
    putCount: message.putCount,
    attempts: message.attempts,
    localValues,
  };
}
