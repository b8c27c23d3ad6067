import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Metrics } from '../ports/metrics';
import type { SessionStore } from '../ports/session-store';
import type { Telemetry } from '../ports/telemetry';

/**
 * Records the duration of phases, which are the spans of synchronous work, whether they are sampled or not. Asynchronous work has
 * separate metrics: store operations and model requests. Returns `telemetry` itself if metrics are off.
 */
export function withPhaseMetrics(telemetry: Telemetry, metrics: Metrics): Telemetry {
  if (!metrics.isEnabled) return telemetry;
  return {
    withSpan(name, work) {
      const endPhase = metrics.startPhase(name);
      try {
        return telemetry.withSpan(name, work);
      } finally {
        endPhase();
      }
    },
    withSpanAsync: (name, work, kind) => telemetry.withSpanAsync(name, work, kind),
    withRequestSpan: (name, getCaller, work) => telemetry.withRequestSpan(name, getCaller, work),
    withSession: (sessionId, work) => telemetry.withSession(sessionId, work),
    withoutSpan: (work) => telemetry.withoutSpan(work),
    getActiveSpan: () => telemetry.getActiveSpan(),
    getTraceId: (traceparent) => telemetry.getTraceId(traceparent),
    getTraceContext: () => telemetry.getTraceContext(),
  };
}

/** Records duration and outcome of store operations. Returns `store` itself if metrics are off. */
export function withStoreMetrics(store: SessionStore, metrics: Metrics): SessionStore {
  if (!metrics.isEnabled) return store;
  const measure = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const endOperation = metrics.startStoreOperation(operation);
    try {
      const result = await work();
      endOperation('ok');
      return result;
    } catch (error) {
      endOperation(error instanceof OrchestratorError ? error.reason : 'INTERNAL');
      throw error;
    }
  };
  return {
    load: (...args) => measure('load', () => store.load(...args)),
    commit: (...args) => measure('commit', () => store.commit(...args)),
    create: (...args) => measure('create', () => store.create(...args)),
    read: (...args) => measure('read', () => store.read(...args)),
    listTurns: (...args) => measure('list_turns', () => store.listTurns(...args)),
    readTurnHistory: (...args) => measure('read_turn_history', () => store.readTurnHistory(...args)),
    delete: (...args) => measure('delete', () => store.delete(...args)),
    onChange: (...args) => store.onChange(...args),
    probe: (...args) => measure('probe', () => store.probe(...args)),
    close: () => store.close(),
  };
}
