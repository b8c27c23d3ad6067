import { compileFields } from '../../core/fields/compile-fields';
import type { CompiledField, FieldRules } from '../../core/fields/field-rules';
import type { StoredFields } from '../../core/model/field-definition';
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
  readonly compileOptions: CompileOptions;
}

export interface CompiledCatalogueOptions {
  /** Maximum delay until a change by another node is visible; 0 checks the store on every turn. Milliseconds, default 1,000. */
  readonly stalenessMs?: number;
  /** Timeout of a read from the store. Milliseconds, default 5,000. */
  readonly loadTimeoutMs?: number;
  /** Maximum number of cached agents. Default 1,000. */
  readonly maxAgents?: number;
  /** Maximum number of cached versions per agent other than the latest ones. Default 200. */
  readonly maxOlderVersions?: number;
}

/**
 * Caches the compiled catalogues of agents. A turn uses one immutable snapshot, so it never sees part of a change. The snapshot is
 * compared with the store's revision at least every `stalenessMs`, and immediately after a change by this node or a notification
 * from the store. Any part of the cache may be dropped at any time.
 */
export class CompiledCatalogue {
  private readonly deps: CompiledCatalogueDependencies;
  private readonly options: Required<CompiledCatalogueOptions>;
  private readonly agents: LruCache<AgentCatalogue>;
  private readonly unsubscribe: () => void;

  constructor(deps: CompiledCatalogueDependencies, options: CompiledCatalogueOptions = {}) {
    this.deps = deps;
    this.options = { stalenessMs: 1_000, loadTimeoutMs: 5_000, maxAgents: 1_000, maxOlderVersions: 200, ...options };
    this.agents = new LruCache(this.options.maxAgents);
    this.unsubscribe = deps.scenarios.onChange((agent) => this.invalidate(agent));
  }

  /**
   * Opens the agent's catalogue for one turn, with the given versions in addition to the latest ones. A version that does not exist
   * is not an error.
   *
   * @throws OrchestratorError if the store fails.
   */
  open(agent: AgentKey, versions: readonly VersionKey[], call: Call): Promise<Catalogue> {
    return this.getAgentCatalogue(agent).open(versions, call);
  }

  /** Resolves to the stored content of the agent's catalogue, which is as recent as that of `open`. */
  async getContent(agent: AgentKey, call: Call): Promise<CatalogueContent> {
    return (await this.getAgentCatalogue(agent).getSnapshot(call)).content;
  }

  /** The rules of the agent's fields, as recent as those of `open`. */
  async fields(agent: AgentKey, call: Call): Promise<FieldRules> {
    return (await this.getAgentCatalogue(agent).getSnapshot(call)).fields;
  }

  /** Changes the catalogue, then invalidates the cache. Does so after an error as well, because the change may have been applied. */
  async applyChange<Outcome>(agent: AgentKey, change: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await change();
    } finally {
      this.invalidate(agent);
    }
  }

  invalidate(agent: AgentKey): void {
    this.agents.peek(toCacheKey(agent))?.invalidate();
  }

  /** Unsubscribes from notifications of the store. */
  close(): void {
    this.unsubscribe();
  }

  private getAgentCatalogue(agent: AgentKey): AgentCatalogue {
    const key = toCacheKey(agent);
    const cached = this.agents.get(key);
    if (cached !== undefined) return cached;
    const { scenarios, clock, telemetry } = this.deps;
    const { tenantId, agentId } = agent; // `agent` may be a whole turn, which must not stay in memory
    const compile = (stored: StoredScenario) => this.compile(agentId, stored);
    const created = new AgentCatalogue(
      { tenantId, agentId },
      {
        scenarios,
        clock,
        telemetry,
        compile,
        compileFields: (stored) => this.compileFields(agentId, stored),
        ...this.options,
      },
    );
    this.agents.set(key, created);
    return created;
  }

  private compile(agentId: string, { scenario, version }: StoredScenario): CompiledScenario | undefined {
    const { compiled, findings } = compileScenario(scenario, version, this.deps.compileOptions);
    if (compiled === undefined) {
      const codes = findings.filter(({ severity }) => severity === 'ERROR').map(({ code }) => code);
      const fields = { agent_id: agentId, scenario_id: scenario.scenarioId, version, codes };
      this.deps.log.error(fields, 'a stored scenario is invalid in this release and is treated as deleted');
    }
    return compiled;
  }

  private compileFields(agentId: string, { definitions, version }: StoredFields): ReadonlyMap<string, CompiledField> {
    const { compiled, findings } = compileFields(definitions, this.deps.compileOptions.conditionLimits);
    if (compiled !== undefined) return compiled;
    const codes = findings.filter(({ severity }) => severity === 'ERROR').map(({ code }) => code);
    this.deps.log.error(
      { agent_id: agentId, version, codes },
      'the stored field definitions are invalid in this release and have no effect',
    );
    return new Map();
  }
}

function toCacheKey({ tenantId, agentId }: AgentKey): string {
  return `${tenantId}/${agentId}`;
}
