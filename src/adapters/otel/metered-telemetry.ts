import type { Metrics } from '../../ports/metrics';
import type { Telemetry } from '../../ports/telemetry';

/**
 * Telemetry whose phases, the spans of synchronous work, are timed as well, also those that the sampler leaves out; itself where
 * nobody reads metrics. What waits has metrics of its own: the store's operations, the model.
 */
export function meteredTelemetry(telemetry: Telemetry, metrics: Metrics): Telemetry {
  if (!metrics.isRead) return telemetry;
  return {
    span(name, work) {
      const ended = metrics.phaseBegins(name);
      try {
        return telemetry.span(name, work);
      } finally {
        ended();
      }
    },
    spanAsync: (name, work, kind) => telemetry.spanAsync(name, work, kind),
    untraced: (work) => telemetry.untraced(work),
    current: () => telemetry.current(),
    traceId: (traceparent) => telemetry.traceId(traceparent),
    traceparent: () => telemetry.traceparent(),
  };
}
