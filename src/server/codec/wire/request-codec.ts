import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { PlannedRequest as PlannedMessage } from '../../../../gen/focal/orchestration/v1/contribution';
import type {
  Putting as PuttingMessage,
  InstanceRequest as RequestMessage,
} from '../../../../gen/focal/orchestration/v1/request';
import type { PlannedRequest } from '../../../core/model/contribution';
import type { InstanceRequest, Putting } from '../../../core/model/request';
import { stepOutcomeKind } from './enums';
import { createInvalidFieldError } from './invalid-field-error';
import { fieldsFromProto } from './json-value';
import { requestKind, requestStatus, toolOutcome } from './session-enums';
import { timeFromProto } from './time';
import {
  writeFlag,
  writeMessage,
  writeMessages,
  writeNumber,
  writeText,
  writeTexts,
  writeTime,
  writeValues,
} from './write-field';

/** Writes an InstanceRequest. */
export function writeRequest(writer: BinaryWriter, request: InstanceRequest): void {
  writeNumber(writer, 1, requestKind.toProto[request.kind]);
  writeText(writer, 2, request.actionKey);
  writeText(writer, 3, request.stepId);
  writeNumber(writer, 4, request.visitNumber);
  writeTexts(writer, 5, request.fields);
  writeValues(writer, 6, request.values, 'request.values');
  writeMessages(writer, 7, request.tools, writeTool);
  writeNumber(writer, 8, requestStatus.toProto[request.status]);
  writeNumber(writer, 9, stepOutcomeKind.optionalToProto(request.outcome));
  writeMessage(writer, 10, request.firstPut, writePutting);
  writeMessage(writer, 11, request.lastPut, writePutting);
  writeMessage(writer, 12, request.previousPut, writePutting);
  writeNumber(writer, 13, request.putCount);
  writeNumber(writer, 14, request.attempts);
  writeNumber(writer, 15, request.reminders);
  writeFlag(writer, 16, request.hasAnswer);
}

function writeTool(writer: BinaryWriter, { toolId, outcome }: InstanceRequest['tools'][number]): void {
  writeText(writer, 1, toolId);
  writeNumber(writer, 2, toolOutcome.optionalToProto(outcome));
}

/** The inverse of `writeRequest`. Throws INVALID_REQUEST if the kind, the status or a required putting is missing. */
export function requestFromProto(message: RequestMessage): InstanceRequest {
  if (message.firstPut === undefined) throw createInvalidFieldError('request.first_put', 'is required');
  if (message.lastPut === undefined) throw createInvalidFieldError('request.last_put', 'is required');
  return {
    kind: requestKind.fromProto(message.kind),
    actionKey: message.actionKey,
    stepId: message.stepId,
    visitNumber: message.visitNumber,
    fields: message.fields,
    values: fieldsFromProto(message.values, 'request.values'),
    tools: message.tools.map(({ toolId, outcome }) => ({ toolId, outcome: toolOutcome.optionalFromProto(outcome) })),
    status: requestStatus.fromProto(message.status),
    hasAnswer: message.hasAnswer,
    outcome: stepOutcomeKind.optionalFromProto(message.outcome),
    firstPut: puttingFromProto(message.firstPut),
    lastPut: puttingFromProto(message.lastPut),
    previousPut: message.previousPut && puttingFromProto(message.previousPut),
    putCount: message.putCount,
    attempts: message.attempts,
    reminders: message.reminders,
  };
}

export function writePutting(writer: BinaryWriter, { revision, at, position }: Putting): void {
  writeNumber(writer, 1, revision);
  writeTime(writer, 2, at);
  writeNumber(writer, 3, position);
}

export function puttingFromProto({ revision, at, position }: PuttingMessage): Putting {
  return { revision, at: timeFromProto(at), position };
}

export function writePlannedRequest(writer: BinaryWriter, { instanceId, scenarioId, request }: PlannedRequest): void {
  writeText(writer, 1, instanceId);
  writeText(writer, 2, scenarioId);
  writeMessage(writer, 3, request, writeRequest);
}

/** The inverse of `writePlannedRequest`. Throws INVALID_REQUEST if the request is missing. */
export function plannedRequestFromProto({ instanceId, scenarioId, request }: PlannedMessage): PlannedRequest {
  if (request === undefined) throw createInvalidFieldError('open_requests.request', 'is required');
  return { instanceId, scenarioId, request: requestFromProto(request) };
}
