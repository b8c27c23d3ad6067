import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { type Call, createCall } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { Telemetry } from '../ports/telemetry';
import { CatalogueSnapshot, type CompileStoredScenario, toVersionName, type VersionKey } from './catalogue-snapshot';
import { LruCache } from './lru-cache';

export interface AgentCatalogueOptions {
  readonly scenarios: ScenarioCatalogue;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly compile: CompileStoredScenario;
  /** How old the last look at the store may be. Milliseconds. */
  readonly stalenessMs: number;
  /** How long a look at the store may take; it is nobody's own, so no caller's deadline bounds it. Milliseconds. */
  readonly loadTimeoutMs: number;
  /** How many versions that are not the newest stay compiled. */
  readonly maxOlderVersions: number;
}

/** Of what a turn waits for when this node does not know it. */
const spanName = 'catalogue.load';

const nobodyGivesUp = new AbortController().signal;

/** What this node knows of one agent's catalogue. */
export class AgentCatalogue {
  private readonly agent: AgentKey;
  private readonly options: AgentCatalogueOptions;
  private readonly older: LruCache<Promise<CompiledScenario | undefined>>;
  private known: CatalogueSnapshot | undefined;
  /** When the last look at the store began that `known` is the result of. */
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** The look that is under way and may be joined. */
  private look: Promise<CatalogueSnapshot> | undefined;
  private generation = 0;

  constructor(agent: AgentKey, options: AgentCatalogueOptions) {
    this.agent = agent;
    this.options = options;
    this.older = new LruCache(options.maxOlderVersions);
  }

  /** The catalogue with the versions that a turn's instances run on. */
  async open(needed: readonly VersionKey[], call: Call): Promise<Catalogue> {
    const snapshot = this.fresh() ?? (await this.waited(call));
    let older: Map<string, CompiledScenario | undefined> | undefined;
    for (const key of needed) {
      const newest = snapshot.latestVersion(key.scenarioId);
      // Of a scenario that is gone all versions are.
      if (newest === undefined || newest === key.version) continue;
      older ??= new Map();
      older.set(toVersionName(key), await this.olderVersion(key));
    }
    return older === undefined ? snapshot : snapshot.withOlderVersions(older);
  }

  async snapshot(call: Call): Promise<CatalogueSnapshot> {
    return this.fresh() ?? (await this.waited(call));
  }

  /** What is known may be outdated, also what a look that is under way will find. */
  invalidate(): void {
    this.generation += 1;
    this.lookedAt = Number.NEGATIVE_INFINITY;
    this.look = undefined;
  }

  /**
   * What is known, while it is not too old. Past half of that age a look begins in the background, so that of an agent with
   * steady traffic no turn ever waits for one.
   */
  private fresh(): CatalogueSnapshot | undefined {
    const age = this.options.clock.now() - this.lookedAt;
    if (this.known === undefined || age >= this.options.stalenessMs) return undefined;
    // No turn waits for it, so it belongs to the trace of none.
    if (age >= this.options.stalenessMs / 2) this.options.telemetry.withoutSpan(() => this.looked()).catch(ignored);
    return this.known;
  }

  private async waited(call: Call): Promise<CatalogueSnapshot> {
    const snapshot = await this.options.telemetry.withSpanAsync(spanName, () => this.looked());
    if (!call.isCancelled) return snapshot;
    throw new OrchestratorError('CANCELLED', 'The caller gave up while the catalogue was read.');
  }

  /** Looks at the store, or waits for the look that is under way. */
  private looked(): Promise<CatalogueSnapshot> {
    if (this.look !== undefined) return this.look;
    const generation = this.generation;
    const beganAt = this.options.clock.now();
    const look = this.fetch()
      .then((snapshot) => {
        if (generation === this.generation) this.accept(snapshot, beganAt);
        return snapshot;
      })
      .finally(() => {
        if (this.look === look) this.look = undefined;
      });
    this.look = look;
    return look;
  }

  private async fetch(): Promise<CatalogueSnapshot> {
    const { scenarios, compile } = this.options;
    const { known } = this;
    return await this.asking(async (call) => {
      if (known !== undefined && (await scenarios.revision(this.agent, call)) === known.revision) return known;
      return new CatalogueSnapshot(await scenarios.load(this.agent, call), compile, known);
    });
  }

  private accept(snapshot: CatalogueSnapshot, lookedAt: number): void {
    const previous = this.known;
    this.known = snapshot;
    this.lookedAt = lookedAt;
    if (previous === undefined || previous === snapshot) return;
    for (const name of this.older.keys()) {
      const scenarioId = name.slice(0, name.lastIndexOf('/'));
      // The scenario may have been deleted and put again in between; then its older versions are gone.
      if (previous.latestVersion(scenarioId) !== snapshot.latestVersion(scenarioId)) this.older.delete(name);
    }
  }

  /** A version that is not the newest; undefined where it is gone. Fetched and compiled once. */
  private olderVersion(key: VersionKey): Promise<CompiledScenario | undefined> {
    const name = toVersionName(key);
    const known = this.older.get(name);
    if (known !== undefined) return known;
    const { scenarios, telemetry, compile } = this.options;
    const fetched = telemetry.withSpanAsync(spanName, async () => {
      const stored = await this.asking((call) => scenarios.get(this.agent, key.scenarioId, key.version, call));
      return stored && compile(stored);
    });
    this.older.set(name, fetched);
    fetched.catch(() => {
      if (this.older.peek(name) === fetched) this.older.delete(name);
    });
    return fetched;
  }

  /**
   * Asks the store with a call of this node's own: many callers wait for the answer, so none of them may call it off. Its deadline is
   * nobody's either, and comes out as what it means to them: the store does not answer, and a repetition may help.
   */
  private async asking<T>(ask: (call: Call) => Promise<T>): Promise<T> {
    const { clock, loadTimeoutMs: lookTimeoutMs } = this.options;
    try {
      return await ask(createCall(clock.now() + lookTimeoutMs, nobodyGivesUp));
    } catch (cause) {
      if (!(cause instanceof OrchestratorError) || cause.reason !== 'DEADLINE') throw cause;
      const told = `The catalogue could not be read within ${lookTimeoutMs} ms; retry.`;
      throw new OrchestratorError('STORE_UNAVAILABLE', told, { cause });
    }
  }
}

/** A look in the background that fails is repeated by the next turn, which then tells of it. */
function ignored(): void {}
