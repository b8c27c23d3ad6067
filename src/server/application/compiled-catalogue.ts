import { compileFieldsInParts } from '../../core/fields/compile-fields';
import type { CompiledField, FieldRules } from '../../core/fields/field-rules';
import { Allowance } from '../../core/model/allowance';
import type { StoredFields } from '../../core/model/field-definition';
import type { StoredScenario } from '../../core/model/scenario';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileInParts, compileScenario, type ScenarioCompilation } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { AgentKey, CatalogueContent, ScenarioCatalogue } from '../ports/scenario-catalogue';
import { AgentCatalogue } from './agent-catalogue';
import type { OpenedCatalogue, VersionKey } from './catalogue-snapshot';
import { LruCache } from './lru-cache';
import { runInParts } from './run-in-parts';

export interface CompiledCatalogueDependencies {
  readonly scenarios: ScenarioCatalogue;
  readonly clock: Clock;
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
  /** Called when this node may have changed an agent's catalogue. */
  readonly onChange?: (agent: AgentKey) => void;
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
    this.options = {
      stalenessMs: 1_000,
      loadTimeoutMs: 5_000,
      maxAgents: 1_000,
      maxOlderVersions: 200,
      onChange: () => undefined,
      ...options,
    };
    this.agents = new LruCache(this.options.maxAgents);
    this.unsubscribe = deps.scenarios.onChange((agent) => this.invalidate(agent));
  }

  /**
   * Opens the agent's catalogue for one turn, with the given versions in addition to the latest ones. A version that does not exist
   * is not an error. The latest versions of `scenarioIds` are compiled before, in parts, with all that they can start.
   *
   * @throws OrchestratorError if the store fails.
   */
  open(
    agent: AgentKey,
    versions: readonly VersionKey[],
    call: Call,
    scenarioIds: Iterable<string> = [],
  ): Promise<OpenedCatalogue> {
    return this.getAgentCatalogue(agent).open(versions, scenarioIds, call);
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
      this.options.onChange(agent);
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
    const { scenarios, clock } = this.deps;
    const { tenantId, agentId } = agent; // `agent` may be a whole turn, which must not stay in memory
    const ownAgent = { tenantId, agentId };
    const compileAtOnce = ({ scenario, version }: StoredScenario): CompiledScenario | undefined =>
      this.accept(agentId, { scenario, version }, compileScenario(scenario, version, this.deps.compileOptions));
    const created = new AgentCatalogue(ownAgent, {
      scenarios,
      clock,
      compile: (stored) => this.compile(ownAgent, stored),
      compileAtOnce,
      compileFields: (stored) => this.compileFields(ownAgent, stored),
      ...this.options,
    });
    this.agents.set(key, created);
    return created;
  }

  /** What is stored was accepted, so it is compiled without a limit on its work. */
  private async compile(
    { tenantId, agentId }: AgentKey,
    { scenario, version }: StoredScenario,
  ): Promise<CompiledScenario | undefined> {
    const allowance = new Allowance(Number.POSITIVE_INFINITY);
    const parts = compileInParts(scenario, version, this.deps.compileOptions, allowance);
    return this.accept(agentId, { scenario, version }, await runInParts(parts, allowance, { tenantId }));
  }

  /** Returns the compiled scenario. Logs an error if it is invalid. */
  private accept(
    agentId: string,
    { scenario, version }: Pick<StoredScenario, 'scenario' | 'version'>,
    { compiled, findings }: ScenarioCompilation,
  ): CompiledScenario | undefined {
    if (compiled === undefined) {
      const codes = findings.filter(({ severity }) => severity === 'ERROR').map(({ code }) => code);
      const fields = { agent_id: agentId, scenario_id: scenario.scenarioId, version, codes };
      this.deps.log.error(fields, 'a stored scenario is invalid in this release and is treated as deleted');
    }
    return compiled;
  }

  private async compileFields(
    { tenantId, agentId }: AgentKey,
    { definitions, version }: StoredFields,
  ): Promise<ReadonlyMap<string, CompiledField>> {
    const allowance = new Allowance(Number.POSITIVE_INFINITY);
    const parts = compileFieldsInParts(definitions, this.deps.compileOptions.conditionLimits, allowance);
    const { compiled, findings } = await runInParts(parts, allowance, { tenantId });
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
