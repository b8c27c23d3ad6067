import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings, type OrchestrationSettings } from '../../src/core/model/settings';
import { type CompileOptions, defaultCompileOptions } from '../../src/core/scenario/compile-options';
import { CompiledCatalogue } from '../../src/server/application/compiled-catalogue';
import { createUseCases, type UseCaseDependencies, type UseCases } from '../../src/server/application/use-cases';
import { ProtoTurnCodec } from '../../src/server/codec/stored/proto-turn-codec';
import { encodeStoredFields, encodeStoredScenario } from '../../src/server/codec/stored/stored-values';
import type { Clock } from '../../src/server/ports/clock';
import type { DecisionModel } from '../../src/server/ports/decision-model';
import type { LegacySessionStore } from '../../src/server/ports/legacy-session-store';
import type { Logger } from '../../src/server/ports/logger';
import type { Metrics } from '../../src/server/ports/metrics';
import type { ScenarioCatalogue } from '../../src/server/ports/scenario-catalogue';
import type { SessionIndex } from '../../src/server/ports/session-index';
import type { SessionStore } from '../../src/server/ports/session-store';
import type { TimerStore } from '../../src/server/ports/timer-store';
import type { TurnFeed } from '../../src/server/ports/turn-feed';
import {
  Sha256ContentHasher,
  SystemClock,
  UuidV5InstanceIdGenerator,
  UuidV5TimerTurnIds,
} from '../../src/server/runtime/system';
import { type EmbeddedOptions, openEmbedded } from '../../src/server/stores/embedded/open-embedded';
import { noopMetrics } from '../../src/server/telemetry';
import { emptyFeed, emptyIndex } from '../../src/server/warm-up';
import { silentLog } from './silent-log';

/** The use cases with their own stores. */
export interface ServiceUnderTest {
  readonly useCases: UseCases;
  /** Creates the use cases with other settings and the same stores. */
  createUseCases(settings: Partial<OrchestrationSettings>): UseCases;
  close(): Promise<void>;
}

/** The stores of a service under test. */
export interface StoresUnderTest {
  readonly store: SessionStore;
  readonly scenarios: ScenarioCatalogue;
  /** Default: a feed without events. */
  readonly feed?: TurnFeed;
  /** Default: an index without sessions. */
  readonly index?: SessionIndex;
  readonly legacySessions?: LegacySessionStore | undefined;
  close(): Promise<void>;
}

/** Creates the use cases with an embedded store in a temporary folder. */
export function openService(clock: Clock = new SystemClock()): ServiceUnderTest {
  return createService(openEmbeddedStores(clock), { clock });
}

/** Opens an embedded store in a temporary folder. */
export function openEmbeddedStores(
  clock: Clock = new SystemClock(),
  options: Partial<EmbeddedOptions> = {},
): StoresUnderTest & { readonly timers: TimerStore } {
  const path = mkdtempSync(join(tmpdir(), 'service-'));
  const { sessionStore, catalogue, turnFeed, sessionIndex, timers } = openEmbedded({
    path,
    sessionTtlMs: 3_600_000,
    turnLimits: { recordedTurns: 1_000 },
    clock,
    monotonicClock: clock,
    ...options,
  });
  return {
    store: sessionStore,
    feed: turnFeed,
    index: sessionIndex,
    timers,
    scenarios: catalogue,
    async close() {
      await sessionStore.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Creates the use cases of one node. `close` also closes the stores. */
export function createService(
  { store, feed = emptyFeed, index = emptyIndex, scenarios, legacySessions, close }: StoresUnderTest,
  {
    clock = new SystemClock(),
    settings = {},
    log = silentLog,
    model,
    responseBytes = 4_194_304,
    metrics = noopMetrics,
    compileOptions = defaultCompileOptions,
  }: {
    clock?: Clock;
    settings?: Partial<OrchestrationSettings>;
    log?: Logger;
    model?: DecisionModel;
    responseBytes?: number;
    metrics?: Metrics;
    compileOptions?: CompileOptions;
  } = {},
): ServiceUnderTest {
  const catalogue = new CompiledCatalogue({ scenarios, clock, log, compileOptions });
  const deps: UseCaseDependencies = {
    store,
    feed,
    index,
    scenarios,
    legacySessions,
    catalogue,
    codec: new ProtoTurnCodec(),
    ids: new UuidV5InstanceIdGenerator(),
    timerTurnIds: new UuidV5TimerTurnIds(),
    contentHasher: new Sha256ContentHasher(),
    clock,
    metrics,
    log,
    settings: { ...defaultSettings, ...settings },
    model,
    compileOptions,
    maxResponseBytes: responseBytes,
    measureScenarioBytes: (stored) => encodeStoredScenario(stored).length,
    measureFieldsBytes: (stored) => encodeStoredFields(stored).length,
    // Longer than the timeout of a test, so that a test fails if it receives no notification.
    watchPollIntervalMs: 600_000,
  };
  return {
    useCases: createUseCases(deps),
    createUseCases: (settings) => createUseCases({ ...deps, settings: { ...defaultSettings, ...settings } }),
    async close() {
      catalogue.close();
      await close();
    },
  };
}
