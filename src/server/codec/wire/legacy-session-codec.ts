import { ImportSessionRequest } from '../../../../gen/focal/orchestration/v1/session_service';
import type { LegacySession } from '../../../core/model/legacy-session';
import { scenarioAction } from './enums';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { mapFromProto, mapToProto } from './map-field';
import { optionalTimeFromProto, optionalTimeToProto } from './time';

/** The record of a request to import it. Throws INVALID_REQUEST for what the domain cannot hold. */
export function legacySessionFromProto(message: ImportSessionRequest): LegacySession {
  return {
    agentId: message.agentId,
    activeScenarioId: message.activeScenarioId,
    activeScenarioVersion: message.activeScenarioVersion,
    currentStepId: message.currentStepId,
    visitedSteps: mapFromProto(message.visitedSteps),
    variables: fieldsFromProto(message.variables, 'variables'),
    lastAction: scenarioAction.optionalFromProto(message.lastAction),
    turnCount: message.turnCount,
    lastActiveAt: optionalTimeFromProto(message.lastActiveAt),
  };
}

/** What the hash of a record is taken of: the same bytes for the same content, whatever the order of its maps. */
export function encodeCanonicalLegacySession(record: LegacySession): Uint8Array {
  return ImportSessionRequest.encode({
    tenantId: '',
    agentId: '',
    sessionId: '',
    activeScenarioId: record.activeScenarioId,
    activeScenarioVersion: record.activeScenarioVersion,
    currentStepId: record.currentStepId,
    visitedSteps: mapToProto(record.visitedSteps, 'visited_steps'),
    variables: fieldsToProto(record.variables, 'variables'),
    lastAction: scenarioAction.optionalToProto(record.lastAction),
    turnCount: record.turnCount,
    lastActiveAt: optionalTimeToProto(record.lastActiveAt),
  }).finish();
}
