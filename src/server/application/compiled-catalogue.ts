import type { StoredScenario } from '../../core/model/scenario';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { AgentKey, CatalogueContent, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { Telemetry } from '../ports/telemetry';
import { AgentCatalogue } from './agent-catalogue';
import type { VersionKey } from './catalogue-snapshot';
import { LruCache } from './lru-cache';

export interface CompiledCatalogueDependencies {
  readonly scenarios: ScenarioCatalogue;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  readonly compile: CompileOptions;
}

export interface CompiledCatalogueOptions {
  /** After how long another node's change is seen at the latest; 0: looks on every turn. Milliseconds. Default 1,000. */
  readonly stalenessMs?: number;
  /** How long a look at the store may take. Milliseconds. Default 5,000. */
  readonly loadTimeoutMs?: number;
  /** How many agents' catalogues are kept. Default 1,000. */
  readonly maxAgents?: number;
  /** How many versions that are not the newest are kept for each agent. Default 200. */
  readonly maxOlderVersions?: number;
}

/**
 * The catalogues of the agents that this node serves, compiled. A turn gets one immutable snapshot, so it never sees half of a
 * change; the snapshot is compared with the store's revision at least every `stalenessMs`, and at once after a change of this
 * node's own or one that the store tells of. Whatever the node keeps here may be thrown away at any time.
 */
export class CompiledCatalogue {
  private readonly deps: CompiledCatalogueDependencies;
  private readonly options: Required<CompiledCatalogueOptions>;
  private readonly agents: LruCache<AgentCatalogue>;
  private readonly stopListening: () => void;

  constructor(deps: CompiledCatalogueDependencies, options: CompiledCatalogueOptions = {}) {
    this.deps = deps;
    this.options = { stalenessMs: 1_000, loadTimeoutMs: 5_000, maxAgents: 1_000, maxOlderVersions: 200, ...options };
    this.agents = new LruCache(this.options.maxAgents);
    this.stopListening = deps.scenarios.onChange((agent) => this.invalidate(agent));
  }

  /**
   * The agent's catalogue for one turn, with the versions that its instances run on; one that is gone is no error.
   *
   * @throws OrchestratorError what the store throws, where it has to be asked.
   */
  open(agent: AgentKey, needed: readonly VersionKey[], call: Call): Promise<Catalogue> {
    return this.agentCatalogue(agent).open(needed, call);
  }

  /** What the agent's catalogue holds, as fresh as `open` has it. */
  async content(agent: AgentKey, call: Call): Promise<CatalogueContent> {
    return (await this.agentCatalogue(agent).snapshot(call)).content;
  }

  /** Makes a change of this node's own: whatever begins after it sees it. Also where its answer was lost, as it may be applied. */
  async applyChange<Outcome>(agent: AgentKey, change: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await change();
    } finally {
      this.invalidate(agent);
    }
  }

  /** What is known of the agent may be outdated. */
  invalidate(agent: AgentKey): void {
    this.agents.peek(keyOf(agent))?.invalidate();
  }

  /** Stops listening for changes of other nodes. */
  close(): void {
    this.stopListening();
  }

  private agentCatalogue(agent: AgentKey): AgentCatalogue {
    const key = keyOf(agent);
    const known = this.agents.get(key);
    if (known !== undefined) return known;
    const { scenarios, clock, telemetry } = this.deps;
    const { tenantId, agentId } = agent; // may be a whole turn, which must not be kept
    const compile = (stored: StoredScenario) => this.compile(agentId, stored);
    const created = new AgentCatalogue(
      { tenantId, agentId },
      { scenarios, clock, telemetry, compile, ...this.options },
    );
    this.agents.set(key, created);
    return created;
  }

  private compile(agentId: string, { scenario, version }: StoredScenario): CompiledScenario | undefined {
    const { compiled, findings } = compileScenario(scenario, version, this.deps.compile);
    if (compiled === undefined) {
      const codes = findings.filter(({ severity }) => severity === 'ERROR').map(({ code }) => code);
      const named = { agent_id: agentId, scenario_id: scenario.scenarioId, version, codes };
      this.deps.log.error(named, 'a stored scenario is refused by this version of the service and counts as gone');
    }
    return compiled;
  }
}

function keyOf({ tenantId, agentId }: AgentKey): string {
  return `${tenantId}/${agentId}`;
}
