import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { ScenarioChoiceRequest as ChoiceMessage } from '../../../../gen/focal/orchestration/v1/session';
import type { FieldValues } from '../../../core/model/json';
import type { ScenarioChoiceRequest } from '../../../core/model/session';
import { choiceReason } from './decision-enums';
import { fieldsFromProto } from './json-value';
import { puttingFromProto, writePutting } from './request-codec';
import { choiceStatus } from './session-enums';
import { writeDouble, writeMessage, writeNumber, writeText, writeValues } from './write-field';

/** Writes a ScenarioChoiceRequest. */
export function writeChoice(writer: BinaryWriter, choice: ScenarioChoiceRequest): void {
  writeNumber(writer, 1, choiceReason.toProto[choice.reason]);
  for (const [index, scenarioId] of choice.scenarioIds.entries()) {
    const localValues = choice.localValues.get(scenarioId);
    writeMessage(writer, 2, { scenarioId, score: choice.scores[index] ?? 0, localValues }, writeOption);
  }
  writeNumber(writer, 3, choiceStatus.toProto[choice.status]);
  writeMessage(writer, 4, choice.firstPut, writePutting);
  writeMessage(writer, 5, choice.lastPut, writePutting);
  writeMessage(writer, 6, choice.previousPut, writePutting);
  writeNumber(writer, 7, choice.putCount);
  writeNumber(writer, 8, choice.attempts);
}

interface Option {
  readonly scenarioId: string;
  readonly score: number;
  readonly localValues: FieldValues | undefined;
}

function writeOption(writer: BinaryWriter, { scenarioId, score, localValues }: Option): void {
  writeText(writer, 1, scenarioId);
  writeDouble(writer, 2, score);
  if (localValues !== undefined) writeValues(writer, 3, localValues, 'choice.local_values');
}

/** The inverse of `writeChoice`. Scenarios without local values have no entry. */
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
