import type { PlannedRequest as PlannedMessage } from '../../../../gen/focal/orchestration/v1/contribution';
import type {
  Putting as PuttingMessage,
  InstanceRequest as RequestMessage,
} from '../../../../gen/focal/orchestration/v1/request';
import type { PlannedRequest } from '../../../core/model/contribution';
import type { InstanceRequest, Putting } from '../../../core/model/request';
import { stepOutcomeKind } from './enums';
import { createInvalidFieldError } from './invalid-field-error';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { requestKind, requestStatus, toolOutcome } from './session-enums';
import { timeFromProto } from './time';

export function requestToProto(request: InstanceRequest): RequestMessage {
  return {
    kind: requestKind.toProto[request.kind],
    actionKey: request.actionKey,
    stepId: request.stepId,
    visitNumber: request.visitNumber,
    fields: request.fields.slice(),
    values: fieldsToProto(request.values, 'request.values'),
    tools: request.tools.map(({ toolId, outcome }) => ({ toolId, outcome: toolOutcome.optionalToProto(outcome) })),
    status: requestStatus.toProto[request.status],
    hasAnswer: request.hasAnswer,
    outcome: stepOutcomeKind.optionalToProto(request.outcome),
    firstPut: puttingToProto(request.firstPut),
    lastPut: puttingToProto(request.lastPut),
    previousPut: request.previousPut && puttingToProto(request.previousPut),
    putCount: request.putCount,
    attempts: request.attempts,
    reminders: request.reminders,
  };
}

/** The inverse of `requestToProto`. Throws INVALID_REQUEST if the kind, the status or a required putting is missing. */
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

export function puttingToProto({ revision, at, position }: Putting): PuttingMessage {
  return { revision, at: new Date(at), position };
}

export function puttingFromProto({ revision, at, position }: PuttingMessage): Putting {
  return { revision, at: timeFromProto(at), position };
}

export function plannedRequestToProto({ instanceId, scenarioId, request }: PlannedRequest): PlannedMessage {
  return { instanceId, scenarioId, request: requestToProto(request) };
}

/** The inverse of `plannedRequestToProto`. Throws INVALID_REQUEST if the request is missing. */
export function plannedRequestFromProto({ instanceId, scenarioId, request }: PlannedMessage): PlannedRequest {
  if (request === undefined) throw createInvalidFieldError('open_requests.request', 'is required');
  return { instanceId, scenarioId, request: requestFromProto(request) };
}
