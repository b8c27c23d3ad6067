import { createUseCases, type UseCaseDependencies, type UseCases } from './application/use-cases';
import { ProtoTurnCodec } from './codec/stored/proto-turn-codec';
import { encodeStoredFields, encodeStoredScenario } from './codec/stored/stored-values';
import type { SessionLimits } from './ports/session-limits';
import { Sha256ContentHasher, UuidV5InstanceIdGenerator, UuidV5TimerTurnIds } from './runtime';

export interface UseCaseParts
  extends Omit<
    UseCaseDependencies,
    'codec' | 'contentHasher' | 'ids' | 'timerTurnIds' | 'measureScenarioBytes' | 'measureFieldsBytes'
  > {
  readonly sessionLimits: SessionLimits;
}

/**
 * Creates the use cases. The service and its warm-up call this function, and not `createUseCases` with objects of their own: V8 optimizes code
 * for the properties of an object in one order.
 */
export function composeUseCases(parts: UseCaseParts): UseCases {
  return createUseCases({
    store: parts.store,
    feed: parts.feed,
    index: parts.index,
    legacySessions: parts.legacySessions,
    scenarios: parts.scenarios,
    catalogue: parts.catalogue,
    codec: new ProtoTurnCodec(parts.sessionLimits),
    contentHasher: new Sha256ContentHasher(),
    ids: new UuidV5InstanceIdGenerator(),
    timerTurnIds: new UuidV5TimerTurnIds(),
    clock: parts.clock,
    metrics: parts.metrics,
    log: parts.log,
    settings: parts.settings,
    model: parts.model,
    compileOptions: parts.compileOptions,
    maxResponseBytes: parts.maxResponseBytes,
    measureScenarioBytes: (stored) => encodeStoredScenario(stored).length,
    measureFieldsBytes: (stored) => encodeStoredFields(stored).length,
    watchPollIntervalMs: parts.watchPollIntervalMs,
  });
}
