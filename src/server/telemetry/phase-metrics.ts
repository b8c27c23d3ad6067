import type { Metrics } from '../ports/metrics';
import type { Telemetry } from '../ports/telemetry';

/**
 * Telemetry whose phases, the spans of synchronous work, are timed as well, also those that the sampler leaves out; itself where
 * nobody reads metrics. What waits has metrics of its own: the store's operations, the model.
 */
export function withPhaseMetrics(telemetry: Telemetry, metrics: Metrics): Telemetry {
  if (!metrics.isEnabled) return telemetry;
  return {
    withSpan(name, work) {
      const ended = metrics.startPhase(name);
      try {
        return telemetry.withSpan(name, work);
      } finally {
        ended();
      }
    },
    withSpanAsync: (name, work, kind) => telemetry.withSpanAsync(name, work, kind),
    withoutSpan: (work) => telemetry.withoutSpan(work),
    getActiveSpan: () => telemetry.getActiveSpan(),
    getTraceId: (traceparent) => telemetry.getTraceId(traceparent),
    getTraceparent: () => telemetry.getTraceparent(),
  };
}
