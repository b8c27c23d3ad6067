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
import { silentLog } from './silent-log';

/** The use cases on an embedded store of their own. */
export interface ServiceUnderTest {
  readonly useCases: UseCases;
  close(): Promise<void>;
}

/** Everything but gRPC, on an embedded store in a temporary folder. */
export function openService(clock: Clock = new SystemClock()): ServiceUnderTest {
  const path = mkdtempSync(join(tmpdir(), 'service-'));
  const { sessionStore, catalogue: scenarios } = openEmbedded({
    path,
    sessionTtlMs: 3_600_000,
    recordedTurns: 1_000,
    clock,
  });
  const compile = defaultCompileOptions;
  const catalogue = new CompiledCatalogue({ scenarios, clock, log: silentLog, compile });
  const useCases = bindUseCases({
    store: sessionStore,
    scenarios,
    catalogue,
    codec: new ProtoTurnCodec(),
    ids: new UuidV5InstanceIds(),
    contentHash: new Sha256ContentHash(),
    clock,
    telemetry: noTelemetry,
    metrics: noMetrics,
    log: silentLog,
    settings: defaultSettings,
    compile,
  });
  return {
    useCases,
    async close() {
      catalogue.close();
      await sessionStore.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}
