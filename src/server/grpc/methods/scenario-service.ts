import { Relationship, Scenario } from '../../../../gen/focal/orchestration/v1/scenario';
import type {
  DeleteRelationshipRequest,
  ListScenariosRequest,
  PutRelationshipRequest,
  ScenarioServiceService,
} from '../../../../gen/focal/orchestration/v1/scenario_service';
import type { RelationshipCommand } from '../../application/relationships';
import type { UseCases } from '../../application/use-cases';
import {
  findingToProto,
  relationshipFromProto,
  relationshipToProto,
  scenarioFromProto,
  storedScenarioToProto,
} from '../../codec/wire/scenario-codec';
import type { AgentKey } from '../../ports/scenario-catalogue';
import { notImplemented } from '../middleware/not-implemented';
import { type CallDependencies, unary } from '../middleware/unary';
import type { ServiceHandlers } from '../validated-service';
import { getPageSize, PageTokens } from './page-token';

const UUID = /^[0-9a-fA-F-]{36}$/;

/** The handlers of ScenarioService. */
export function scenarioHandlers(
  useCases: UseCases,
  surroundings: CallDependencies,
): ServiceHandlers<typeof ScenarioServiceService> {
  const missing = notImplemented(surroundings);
  return {
    ...scenarioMethods(useCases, surroundings),
    ...relationshipMethods(useCases, surroundings),
    planMigration: missing.unary('PlanMigration'),
    applyMigration: missing.unary('ApplyMigration'),
    simulateTurns: missing.unary('SimulateTurns'),
  };
}

type Handlers = ServiceHandlers<typeof ScenarioServiceService>;
type ScenarioMethods =
  | 'putScenario'
  | 'validateScenario'
  | 'getScenario'
  | 'listScenarios'
  | 'deleteScenario'
  | 'renderScenario';
type RelationshipMethods = 'putRelationship' | 'deleteRelationship' | 'listRelationships';

function scenarioMethods(useCases: UseCases, surroundings: CallDependencies): Pick<Handlers, ScenarioMethods> {
  return {
    putScenario: unary(surroundings, async ({ message }, call) => {
      const scenario = scenarioFromProto(message.scenario ?? Scenario.create());
      const { expectedVersion } = message;
      const put = await useCases.putScenario({ agent: agentOf(message), scenario, expectedVersion }, call);
      const findings = put.findings.map(findingToProto);
      return { body: { stored: storedScenarioToProto(put.stored), created: put.created, findings } };
    }),
    validateScenario: unary(surroundings, async ({ message }) => {
      const { valid, findings } = useCases.validateScenario(scenarioFromProto(message.scenario ?? Scenario.create()));
      return { body: { valid, findings: findings.map(findingToProto) } };
    }),
    getScenario: unary(surroundings, async ({ message }, call) => {
      const { scenarioId, version } = message;
      const stored = await useCases.getScenario({ agent: agentOf(message), scenarioId, version }, call);
      return { body: { stored: storedScenarioToProto(stored) } };
    }),
    listScenarios: unary(surroundings, async ({ message }, call) => {
      const { tag, enabled } = message;
      const tokens = scenarioTokens(message);
      const afterScenarioId = tokens.parse(message, UUID);
      const { items, nextCursor: next } = await useCases.listScenarios(
        { agent: agentOf(message), tag, enabled, afterScenarioId, pageSize: getPageSize(message) },
        call,
      );
      return { body: { scenarios: items.map(storedScenarioToProto), nextPageToken: tokens.create(next) } };
    }),
    renderScenario: unary(surroundings, async ({ message }, call) => {
      const { scenarioId, version, sessionId } = message;
      const query = { agent: agentOf(message), scenarioId, version, sessionId };
      return { body: { mermaid: await useCases.renderScenario(query, call) } };
    }),
    deleteScenario: unary(surroundings, async ({ message }, call) => {
      const { scenarioId, expectedVersion } = message;
      return {
        body: {
          existed: await useCases.deleteScenario({ agent: agentOf(message), scenarioId, expectedVersion }, call),
        },
      };
    }),
  };
}

function relationshipMethods(useCases: UseCases, surroundings: CallDependencies): Pick<Handlers, RelationshipMethods> {
  return {
    putRelationship: unary(surroundings, async ({ message }, call) => {
      const command = relationshipCommandOf(message);
      const created = await useCases.putRelationship(command, call);
      return { body: { relationship: relationshipToProto(command.relationship), created } };
    }),
    deleteRelationship: unary(surroundings, async ({ message }, call) => {
      return { body: { existed: await useCases.deleteRelationship(relationshipCommandOf(message), call) } };
    }),
    listRelationships: unary(surroundings, async ({ message }, call) => {
      const relationships = await useCases.listRelationships(agentOf(message), call);
      return { body: { relationships: relationships.map(relationshipToProto) } };
    }),
  };
}

function agentOf({ tenantId, agentId }: AgentKey): AgentKey {
  return { tenantId, agentId };
}

function relationshipCommandOf(message: PutRelationshipRequest | DeleteRelationshipRequest): RelationshipCommand {
  return {
    agent: agentOf(message),
    relationship: relationshipFromProto(message.relationship ?? Relationship.create()),
  };
}

function scenarioTokens({ tenantId, agentId, tag, enabled }: ListScenariosRequest): PageTokens {
  return new PageTokens('scenarios', tenantId, agentId, tag, String(enabled));
}
