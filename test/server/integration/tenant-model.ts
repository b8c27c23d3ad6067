import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import { uuid } from '../../support/session-builder';

/** What both tenants use for their own, so that nothing but the tenant tells their data apart. */
export const agentIds = [uuid(0x21), uuid(0x22)];
export const sessionIds = [uuid(0x31), uuid(0x32), uuid(0x33), uuid(0x34)];
export const scenarioIds = [uuid(0x41), uuid(0x42), uuid(0x43)];

/** The agent of a session. */
export function getAgentId(sessionId: string): string {
  const agent = agentIds[sessionIds.indexOf(sessionId) % agentIds.length];
  if (agent === undefined) throw new Error(`no session of the test: ${sessionId}`);
  return agent;
}

/** A session as it must be. */
export interface ExpectedSession {
  /** By their order: the revision of the first is 1. */
  readonly turnIds: readonly string[];
  /** The value of its variable "note". */
  readonly note: string;
}

/** The data of one tenant as it must be, kept by the test. */
export class TenantModel {
  readonly sessions = new Map<string, ExpectedSession>();
  /** Names of scenarios by agent and id. */
  readonly scenarios = new Map<string, string>();
  /** Pairs of scenarios that are related, by agent. */
  readonly relationships = new Set<string>();
  private written = 0;

  constructor(
    readonly tenantId: string,
    /** Begins every text that the tenant ever writes, and none that another one does. */
    readonly marker: string,
    private readonly random: SeededRandom,
  ) {}

  /** A text that was never written before. */
  nextText(): string {
    this.written += 1;
    return `${this.marker}${this.written}`;
  }

  /** One of so few that both tenants use the same, and one tenant the same again. */
  pickTurnId(): string {
    return uuid(0x1000 + this.random.below(400));
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

  /** Its relationships go with it; where there is none those that name it stay. */
  deleteScenario(agentId: string, scenarioId: string): boolean {
    if (!this.scenarios.delete(`${agentId} ${scenarioId}`)) return false;
    for (const key of this.listRelationships(agentId)) if (key.includes(scenarioId)) this.relationships.delete(key);
    return true;
  }
}
