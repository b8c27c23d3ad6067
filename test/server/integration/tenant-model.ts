import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import { uuid } from '../../support/session-builder';

/** Ids that both tenants use, so that only the tenant distinguishes their data. */
export const agentIds = [uuid(0x21), uuid(0x22)];
export const sessionIds = [uuid(0x31), uuid(0x32), uuid(0x33), uuid(0x34)];
export const scenarioIds = [uuid(0x41), uuid(0x42), uuid(0x43)];

/** The customer of one of the sessions, for both tenants. */
export const customerId = 'C-7';

export function getCustomerId(sessionId: string): string {
  return sessionId === sessionIds[0] ? customerId : '';
}

/** Returns the agent of a session. */
export function getAgentId(sessionId: string): string {
  const agent = agentIds[sessionIds.indexOf(sessionId) % agentIds.length];
  if (agent === undefined) throw new Error(`unknown session ${sessionId}`);
  return agent;
}

/** The expected state of a session. */
export interface ExpectedSession {
  /** In the order of their revisions. The first turn has revision 1. */
  readonly turnIds: readonly string[];
  /** Value of the variable "note". */
  readonly note: string;
}

/** The expected data of one tenant. */
export class TenantModel {
  readonly sessions = new Map<string, ExpectedSession>();
  /** The names of the registered consumers. */
  readonly consumers = new Set<string>();
  /** Names of scenarios by agent and scenario id. */
  readonly scenarios = new Map<string, string>();
  /** Related pairs of scenarios, by agent. */
  readonly relationships = new Set<string>();
  /** The description of the only defined field, by agent. */
  readonly fields = new Map<string, string>();
  private textCount = 0;

  constructor(
    readonly tenantId: string,
    /** Prefix of every text of this tenant, and of no other tenant. */
    readonly marker: string,
    private readonly random: SeededRandom,
  ) {}

  /** Returns a unique text. */
  nextText(): string {
    this.textCount += 1;
    return `${this.marker}${this.textCount}`;
  }

  /** Picks one of a few ids, so that both tenants use the same ids, and each tenant repeats some of them. */
  pickTurnId(): string {
    return uuid(0x1000 + this.random.nextInt(400));
  }

  /** Lists the ids of the sessions of the customer. An imported session has no customer before its first turn. */
  listCustomerSessions(): readonly string[] {
    return sessionIds.filter((id) => getCustomerId(id) !== '' && (this.sessions.get(id)?.turnIds.length ?? 0) > 0);
  }

  listScenarios(agentId: string): readonly (readonly [string, string])[] {
    return scenarioIds.flatMap((id) => {
      const name = this.scenarios.get(`${agentId} ${id}`);
      return name === undefined ? [] : [[id, name] as const];
    });
  }

  listRelationships(agentId: string): readonly string[] {
    return [...this.relationships].filter((key) => key.startsWith(agentId)).sort();
  }

  /** Deletes the scenario and its relationships. Returns whether it existed; if not, relationships to its id stay. */
  deleteScenario(agentId: string, scenarioId: string): boolean {
    if (!this.scenarios.delete(`${agentId} ${scenarioId}`)) return false;
    for (const key of this.listRelationships(agentId)) if (key.includes(scenarioId)) this.relationships.delete(key);
    return true;
  }
}
