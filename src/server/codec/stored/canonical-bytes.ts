import { FieldDefinitions } from '../../../../gen/focal/orchestration/v1/field';
import { Scenario as ScenarioMessage } from '../../../../gen/focal/orchestration/v1/scenario';
import { ImportSessionRequest } from '../../../../gen/focal/orchestration/v1/session_service';
import type { FieldDefinition } from '../../../core/model/field-definition';
import type { LegacySession } from '../../../core/model/legacy-session';
import type { Scenario } from '../../../core/model/scenario';
import { encodeMessage } from '../wire/encode-message';
import { fieldsToMessage } from '../wire/field-codec';
import { fieldsToProto } from '../wire/json-value';
import { mapToProto } from '../wire/map-field';
import { scenarioToProto } from '../wire/scenario-codec';
import { scenarioAction } from '../wire/session-enums';
import { optionalTimeToProto } from '../wire/time';

// The bytes that content hashes are computed from. Stored hashes are compared with new ones, so these bytes must never change.

/** Encodes a definition. The order of map entries and explicit defaults make no difference. */
export function encodeCanonicalScenario(scenario: Scenario): Uint8Array {
  return encodeMessage(ScenarioMessage, scenarioToProto(scenario));
}

/** Encodes field definitions, in the order of the author. */
export function encodeCanonicalFields(definitions: readonly FieldDefinition[]): Uint8Array {
  return encodeMessage(FieldDefinitions, fieldsToMessage(definitions));
}

/** Encodes a legacy session without its ids. The order of map entries makes no difference. */
export function encodeCanonicalLegacySession(session: LegacySession): Uint8Array {
  return encodeMessage(ImportSessionRequest, {
    tenantId: '',
    agentId: '',
    sessionId: '',
    activeScenarioId: session.activeScenarioId,
    activeScenarioVersion: session.activeScenarioVersion,
    currentStepId: session.currentStepId,
    visitedSteps: mapToProto(session.visitedSteps, 'visited_steps'),
    variables: fieldsToProto(session.variables, 'variables'),
    lastAction: scenarioAction.optionalToProto(session.lastAction),
    turnCount: session.turnCount,
    lastActiveAt: optionalTimeToProto(session.lastActiveAt),
  });
}
