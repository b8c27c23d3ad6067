import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { type Call, createCall, runInSpan } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import { noSpan, type Span } from '../ports/span';
import {
  type CatalogueCompiler,
  CatalogueSnapshot,
  type OpenedCatalogue,
  toVersionName,
  type VersionKey,
} from './catalogue-snapshot';
import { LruCache } from './lru-cache';

export interface AgentCatalogueOptions extends CatalogueCompiler {
  readonly scenarios: ScenarioCatalogue;
  readonly clock: Clock;
  /** Maximum age of the cached snapshot in milliseconds. */
  readonly stalenessMs: number;
  /** Timeout of a read from the store in milliseconds. Callers share reads, so their deadlines do not apply. */
  readonly loadTimeoutMs: number;
  /** Maximum number of compiled versions other than the latest ones. */
  readonly maxOlderVersions: number;
}

/** Name of the span of a read that a turn waits for. Background reads have no span. */
const spanName = 'catalogue.load';

const neverAborted = new AbortController().signal;

/** The cached catalogue of one agent. Concurrent callers share one read from the store. */
export class AgentCatalogue {
  private readonly agent: AgentKey;
  private readonly options: AgentCatalogueOptions;
  private readonly olderVersions: LruCache<Promise<CompiledScenario | undefined>>;
  private cached: CatalogueSnapshot | undefined;
  /** Start of the read that returned or confirmed `cached`, in milliseconds since 1970. */
  private checkedAt = Number.NEGATIVE_INFINITY;
  /** The read in progress. */
  private pendingRefresh: Promise<CatalogueSnapshot> | undefined;
  /** Incremented by `invalidate`, so that the result of an earlier read is not cached. */
  private generation = 0;

  constructor(agent: AgentKey, options: AgentCatalogueOptions) {
    this.agent = agent;
    this.options = options;
    this.olderVersions = new LruCache(options.maxOlderVersions);
  }

  /** Opens the catalogue with the given versions in addition to the latest ones. Compiles `scenarioIds` before, if they are not. */
  async open(versions: readonly VersionKey[], scenarioIds: Iterable<string>, call: Call): Promise<OpenedCatalogue> {
    const snapshot = this.getFreshSnapshot() ?? (await this.waitForRefresh(call));
    const preparation = snapshot.prepare(scenarioIds);
    if (preparation !== undefined) await preparation;
    let older: Map<string, CompiledScenario | undefined> | undefined;
    for (const key of versions) {
      const latest = snapshot.getLatestVersion(key.scenarioId);
      // A deleted scenario has no versions.
      if (latest === undefined || latest === key.version) continue;
      older ??= new Map();
      older.set(toVersionName(key), await this.getOlderVersion(key, call));
    }
    return older === undefined ? snapshot : snapshot.withOlderVersions(older);
  }

  async getSnapshot(call: Call): Promise<CatalogueSnapshot> {
    return this.getFreshSnapshot() ?? (await this.waitForRefresh(call));
  }

  /** Marks the cached snapshot and the result of a read in progress as outdated. */
  invalidate(): void {
    this.generation += 1;
    this.checkedAt = Number.NEGATIVE_INFINITY;
    this.pendingRefresh = undefined;
  }

  /**
   * Returns the cached snapshot if it is recent enough. After half of the maximum age it is refreshed in the background, so that
   * with steady traffic no turn waits for the store.
   */
  private getFreshSnapshot(): CatalogueSnapshot | undefined {
    const { clock, stalenessMs } = this.options;
    const age = clock.now() - this.checkedAt;
    // A negative age means that the clock was set back.
    if (this.cached === undefined || age >= stalenessMs || age < 0) return undefined;
    if (age >= stalenessMs / 2) {
      // Errors are ignored here: the next turn that finds the snapshot outdated reads again and reports them.
      this.refresh(noSpan).catch(() => undefined);
    }
    return this.cached;
  }

  private async waitForRefresh(call: Call): Promise<CatalogueSnapshot> {
    const snapshot = await runInSpan(call, spanName, ({ span }) => this.refresh(span));
    if (!call.isCanceled) return snapshot;
    throw new OrchestratorError('CANCELLED', 'The call was canceled while the catalogue was read.');
  }

  /** Reads from the store in a span, or joins the read in progress. */
  private refresh(span: Span): Promise<CatalogueSnapshot> {
    if (this.pendingRefresh !== undefined) return this.pendingRefresh;
    const generation = this.generation;
    const startedAt = this.options.clock.now();
    const pendingRefresh = this.load(span)
      .then((snapshot) => {
        if (generation === this.generation) this.cache(snapshot, startedAt);
        return snapshot;
      })
      .finally(() => {
        if (this.pendingRefresh === pendingRefresh) this.pendingRefresh = undefined;
      });
    this.pendingRefresh = pendingRefresh;
    return pendingRefresh;
  }

  private async load(span: Span): Promise<CatalogueSnapshot> {
    const { scenarios } = this.options;
    const { cached } = this;
    return await this.readStore(span, async (call) => {
      if (cached !== undefined && (await scenarios.revision(this.agent, call)) === cached.revision) return cached;
      return await CatalogueSnapshot.create(await scenarios.load(this.agent, call), this.options, cached);
    });
  }

  private cache(snapshot: CatalogueSnapshot, checkedAt: number): void {
    const previous = this.cached;
    this.cached = snapshot;
    this.checkedAt = checkedAt;
    if (previous === undefined || previous === snapshot) return;
    for (const name of this.olderVersions.keys()) {
      const scenarioId = name.slice(0, name.lastIndexOf('/'));
      // If the scenario was deleted and stored again in between, its older versions no longer exist.
      if (previous.getLatestVersion(scenarioId) !== snapshot.getLatestVersion(scenarioId))
        this.olderVersions.delete(name);
    }
  }

  /** Resolves to a version other than the latest one, which is read and compiled only once; undefined if it does not exist. */
  private getOlderVersion(key: VersionKey, waiting: Call): Promise<CompiledScenario | undefined> {
    const name = toVersionName(key);
    const cached = this.olderVersions.get(name);
    if (cached !== undefined) return cached;
    const { scenarios, compile } = this.options;
    const compilation = runInSpan(waiting, spanName, async ({ span }) => {
      const stored = await this.readStore(span, (call) => scenarios.get(this.agent, key.scenarioId, key.version, call));
      return stored && compile(stored);
    });
    this.olderVersions.set(name, compilation);
    compilation.catch(() => {
      if (this.olderVersions.peek(name) === compilation) this.olderVersions.delete(name);
    });
    return compilation;
  }

  /**
   * Reads with a separate deadline. Many callers share the result, so none of them can cancel the read. If the read exceeds its
   * deadline, the error is STORE_UNAVAILABLE, because the store does not respond and a retry may help.
   */
  private async readStore<T>(span: Span, read: (call: Call) => Promise<T>): Promise<T> {
    const { clock, loadTimeoutMs } = this.options;
    try {
      return await read(createCall(clock.now() + loadTimeoutMs, neverAborted, span));
    } catch (cause) {
      if (!(cause instanceof OrchestratorError) || cause.reason !== 'DEADLINE') throw cause;
      const message = `The catalogue was not read within ${loadTimeoutMs} ms; retry.`;
      throw new OrchestratorError('STORE_UNAVAILABLE', message, { cause });
    }
  }
}
