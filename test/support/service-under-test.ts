import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../../src/adapters/embedded/open-embedded';
import { noMetrics, noTelemetry } from '../../src/adapters/otel';
import { Sha256ContentHash, SystemClock, UuidV5InstanceIds } from '../../src/adapters/system';
import { ProtoTurnCodec } from '../../src/codec/proto-turn-codec';
import { encodeStoredScenario } from '../../src/codec/scenario-codec';
import { defaultCompileOptions } from '../../src/domain/compile-options';
import { defaultSettings, type OrchestrationSettings } from '../../src/domain/settings';
import { CompiledCatalogue } from '../../src/pipeline/compiled-catalogue';
import { bindUseCases, type UseCaseDependencies, type UseCases } from '../../src/pipeline/use-cases';
import type { Clock } from '../../src/ports/clock';
import type { DecisionModel } from '../../src/ports/decision-model';
import type { Log } from '../../src/ports/log';
import type { OlderSessions } from '../../src/ports/older-sessions';
import type { ScenarioCatalogue } from '../../src/ports/scenario-catalogue';
import type { SessionStore } from '../../src/ports/session-store';
import { silentLog } from './silent-log';

/** The use cases on stores of their own. */
export interface ServiceUnderTest {
  readonly useCases: UseCases;
  /** The same with other settings. */
  useCasesWith(settings: Partial<OrchestrationSettings>): UseCases;
  close(): Promise<void>;
}

/** Where a service under test keeps its data, and how to put an end to that. */
export interface StoresUnderTest {
  readonly store: SessionStore;
  readonly scenarios: ScenarioCatalogue;
  readonly olderSessions?: OlderSessions | undefined;
  close(): Promise<void>;
}

/** Everything but gRPC, on an embedded store in a temporary folder. */
export function openService(clock: Clock = new SystemClock()): ServiceUnderTest {
  return serviceOn(openEmbeddedStores(clock), { clock });
}

/** An embedded store in a temporary folder. */
export function openEmbeddedStores(clock: Clock = new SystemClock()): StoresUnderTest {
  const path = mkdtempSync(join(tmpdir(), 'service-'));
  const { sessionStore, catalogue } = openEmbedded({ path, sessionTtlMs: 3_600_000, recordedTurns: 1_000, clock });
  return {
    store: sessionStore,
    scenarios: catalogue,
    async close() {
      await sessionStore.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Everything but gRPC, as one node has it on these stores, which end with it. */
export function serviceOn(
  { store, scenarios, olderSessions, close }: StoresUnderTest,
  {
    clock = new SystemClock(),
    settings = {},
    log = silentLog,
    model,
    pageBytes = 4_194_304,
  }: {
    clock?: Clock;
    settings?: Partial<OrchestrationSettings>;
    log?: Log;
    model?: DecisionModel;
    pageBytes?: number;
  } = {},
): ServiceUnderTest {
  const compile = defaultCompileOptions;
  const catalogue = new CompiledCatalogue({ scenarios, clock, telemetry: noTelemetry, log, compile });
  const deps: UseCaseDependencies = {
    store,
    scenarios,
    olderSessions,
    catalogue,
    codec: new ProtoTurnCodec(),
    ids: new UuidV5InstanceIds(),
    contentHash: new Sha256ContentHash(),
    clock,
    telemetry: noTelemetry,
    metrics: noMetrics,
    log,
    settings: { ...defaultSettings, ...settings },
    model,
    compile,
    pageBytes,
    scenarioBytes: (stored) => encodeStoredScenario(stored).length,
    // News wake; this is so long that a test which needed it would fail.
    watchPollIntervalMs: 600_000,
  };
  return {
    useCases: bindUseCases(deps),
    useCasesWith: (settings) => bindUseCases({ ...deps, settings: { ...defaultSettings, ...settings } }),
    async close() {
      catalogue.close();
      await close();
    },
  };
}
