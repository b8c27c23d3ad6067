import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../../src/adapters/embedded/open-embedded';
import { noMetrics, noTelemetry } from '../../src/adapters/otel';
import { Sha256ContentHash, SystemClock, UuidV5InstanceIds } from '../../src/adapters/system';
import { ProtoTurnCodec } from '../../src/codec/proto-turn-codec';
import { defaultCompileOptions } from '../../src/domain/compile-options';
import { defaultSettings } from '../../src/domain/settings';
import { CompiledCatalogue } from '../../src/pipeline/compiled-catalogue';
import { bindUseCases, type UseCases } from '../../src/pipeline/use-cases';
import type { Clock } from '../../src/ports/clock';
import type { Log } from '../../src/ports/log';
import type { OlderSessions } from '../../src/ports/older-sessions';
import type { ScenarioCatalogue } from '../../src/ports/scenario-catalogue';
import type { SessionStore } from '../../src/ports/session-store';
import { silentLog } from './silent-log';

/** The use cases on stores of their own. */
export interface ServiceUnderTest {
  readonly useCases: UseCases;
  close(): Promise<void>;
}

/** What differs from service to service. */
interface Backend {
  readonly store: SessionStore;
  readonly scenarios: ScenarioCatalogue;
  readonly olderSessions?: OlderSessions | undefined;
  readonly clock: Clock;
  readonly log?: Log;
}

/** Everything but gRPC, on an embedded store in a temporary folder. */
export function openService(clock: Clock = new SystemClock()): ServiceUnderTest {
  const path = mkdtempSync(join(tmpdir(), 'service-'));
  const { sessionStore, catalogue } = openEmbedded({ path, sessionTtlMs: 3_600_000, recordedTurns: 1_000, clock });
  const service = serviceOn({ store: sessionStore, scenarios: catalogue, clock });
  return {
    useCases: service.useCases,
    async close() {
      await service.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Everything but gRPC, as one node has it on these stores; it closes the session store. */
export function serviceOn({ store, scenarios, olderSessions, clock, log = silentLog }: Backend): ServiceUnderTest {
  const compile = defaultCompileOptions;
  const catalogue = new CompiledCatalogue({ scenarios, clock, log, compile });
  const useCases = bindUseCases({
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
    settings: defaultSettings,
    compile,
  });
  return {
    useCases,
    async close() {
      catalogue.close();
      await store.close();
    },
  };
}
