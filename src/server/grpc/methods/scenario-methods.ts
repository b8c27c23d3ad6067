import { FieldDefinitions, StoredFields } from '../../../../gen/focal/orchestration/v1/field';
import { Relationship, Scenario, StoredScenario } from '../../../../gen/focal/orchestration/v1/scenario';
import type {
  DeleteRelationshipRequest,
  ListScenariosRequest,
  PutRelationshipRequest,
  ScenarioServiceService,
} from '../../../../gen/focal/orchestration/v1/scenario_service';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { RelationshipCommand } from '../../application/relationships';
import { fieldFindingToProto, fieldsFromMessage, storedFieldsToProto } from '../../codec/wire/field-codec';
import {
  findingToProto,
  relationshipFromProto,
  relationshipToProto,
  scenarioFromProto,
  storedScenarioToProto,
} from '../../codec/wire/scenario-codec';
import { simulationResultToProto } from '../../codec/wire/simulation-codec';
import type { AgentKey } from '../../ports/scenario-catalogue';
import type { MethodDependencies } from './dependencies';
import { fitFindings, type ListedFindings } from './fit-findings';
import { fitGroups } from './fit-groups';
import type { ServiceMethods } from './method';
import { getPageSize, PageTokens } from './page-token';

/** Maximum bytes of a response with findings in addition to its findings and to what is stored. */
const messageBytes = 64;

const uuidPattern = /^[0-9a-fA-F-]{36}$/;

export function createScenarioMethods({
  useCases,
  maxResponseBytes,
}: Pick<MethodDependencies, 'useCases' | 'maxResponseBytes'>): ServiceMethods<typeof ScenarioServiceService> {
  return {
    putScenario: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        const scenario = scenarioFromProto(message.scenario ?? Scenario.create());
        const { expectedVersion } = message;
        const result = await useCases.putScenario({ agent: toAgentKey(message), scenario, expectedVersion }, call);
        const stored = storedScenarioToProto(result.stored);
        const remainingBytes = maxResponseBytes - StoredScenario.encode(stored).finish().length - messageBytes;
        return {
          body: { stored, created: result.created, ...fitFindings(toProto(result, findingToProto), remainingBytes) },
        };
      },
    },
    validateScenario: {
      kind: 'unary',
      isComputed: true,
      scope: 'catalogue',
      getTenantId: () => undefined,
      async handle({ message }, call) {
        const scenario = scenarioFromProto(message.scenario ?? Scenario.create());
        const { valid, ...listed } = await useCases.validateScenario(scenario, call);
        return { body: { valid, ...fitFindings(toProto(listed, findingToProto), maxResponseBytes - messageBytes) } };
      },
    },
    getScenario: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        const { scenarioId, version } = message;
        const stored = await useCases.getScenario({ agent: toAgentKey(message), scenarioId, version }, call);
        return { body: { stored: storedScenarioToProto(stored) } };
      },
    },
    listScenarios: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        const { tag, enabled } = message;
        const tokens = createScenarioTokens(message);
        const afterScenarioId = tokens.parse(message, uuidPattern);
        const query = { agent: toAgentKey(message), tag, enabled, afterScenarioId, pageSize: getPageSize(message) };
        const { items, nextCursor } = await useCases.listScenarios(query, call);
        return { body: { scenarios: items.map(storedScenarioToProto), nextPageToken: tokens.create(nextCursor) } };
      },
    },
    deleteScenario: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        const { scenarioId, expectedVersion } = message;
        const command = { agent: toAgentKey(message), scenarioId, expectedVersion };
        return { body: { existed: await useCases.deleteScenario(command, call) } };
      },
    },
    putRelationship: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        const command = toRelationshipCommand(message);
        const created = await useCases.putRelationship(command, call);
        return { body: { relationship: relationshipToProto(command.relationship), created } };
      },
    },
    deleteRelationship: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        return { body: { existed: await useCases.deleteRelationship(toRelationshipCommand(message), call) } };
      },
    },
    listRelationships: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        const relationships = await useCases.listRelationships(toAgentKey(message), call);
        return { body: { relationships: relationships.map(relationshipToProto) } };
      },
    },
    renderScenario: {
      kind: 'unary',
      isComputed: true,
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      getSessionId: ({ sessionId }) => sessionId,
      async handle({ message }, call) {
        const { scenarioId, version, sessionId } = message;
        const query = { agent: toAgentKey(message), scenarioId, version, sessionId };
        return { body: { mermaid: await useCases.renderScenario(query, call) } };
      },
    },
    planMigration: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      handle: () => rejectNotImplemented('PlanMigration'),
    },
    applyMigration: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      handle: () => rejectNotImplemented('ApplyMigration'),
    },
    simulateTurns: {
      kind: 'unary',
      isComputed: true,
      scope: 'sessions', // Its response contains data of recorded sessions.
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        const { fields, replacesCatalogue: isComplete } = message;
        const command = {
          agent: toAgentKey(message),
          sessionIds: message.sessionIds,
          scenarios: message.scenarios.map(scenarioFromProto),
          versions: message.versions.map(({ scenarioId, version }) => ({ scenarioId, version })),
          relationships: message.relationships.map(relationshipFromProto),
          fields: fields && fieldsFromMessage(fields),
          isComplete,
        };
        const result = await useCases.simulateTurns(command, call);
        return { body: fitGroups(simulationResultToProto(result), maxResponseBytes) };
      },
    },
    putFields: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        const definitions = fieldsFromMessage(message.definitions ?? FieldDefinitions.create());
        const { expectedVersion } = message;
        const result = await useCases.putFields({ agent: toAgentKey(message), definitions, expectedVersion }, call);
        const stored = storedFieldsToProto(result.stored);
        const remainingBytes = maxResponseBytes - StoredFields.encode(stored).finish().length - messageBytes;
        return {
          body: {
            stored,
            created: result.created,
            ...fitFindings(toProto(result, fieldFindingToProto), remainingBytes),
          },
        };
      },
    },
    getFields: {
      kind: 'unary',
      scope: 'catalogue',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        return { body: { stored: storedFieldsToProto(await useCases.getFields(toAgentKey(message), call)) } };
      },
    },
  };
}

/**
 * Handles the methods that are in the contract but not implemented in this version. Their requests are validated like all others.
 */
async function rejectNotImplemented(method: string): Promise<never> {
  const message = `${method} is not implemented in this version.`;
  throw new OrchestratorError('NOT_IMPLEMENTED', message, { metadata: { method } });
}

function toAgentKey({ tenantId, agentId }: AgentKey): AgentKey {
  return { tenantId, agentId };
}

function toRelationshipCommand(message: PutRelationshipRequest | DeleteRelationshipRequest): RelationshipCommand {
  return {
    agent: toAgentKey(message),
    relationship: relationshipFromProto(message.relationship ?? Relationship.create()),
  };
}

function createScenarioTokens({ tenantId, agentId, tag, enabled }: ListScenariosRequest): PageTokens {
  return new PageTokens('scenarios', tenantId, agentId, tag, String(enabled));
}

/** Converts the findings of a result, and keeps the number of those that are not listed. */
function toProto<Finding>(
  { findings, omittedFindings }: { readonly findings: readonly Finding[]; readonly omittedFindings: number },
  convert: (finding: Finding) => ListedFindings['findings'][number],
): ListedFindings {
  return { findings: findings.map(convert), omittedFindings };
}
