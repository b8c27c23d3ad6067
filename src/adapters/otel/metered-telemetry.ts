import type { Metrics } from '../../ports/metrics';
import type { Telemetry } from '../../ports/telemetry';

/** Telemetry whose spans are timed as well, also those that the sampler leaves out; itself where nobody reads metrics. */
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
    async spanAsync(name, work, kind) {
      const ended = metrics.phaseBegins(name);
      try {
        return await telemetry.spanAsync(name, work, kind);
      } finally {
        ended();
      }
    },
    untraced: (work) => telemetry.untraced(work),
    current: () => telemetry.current(),
    traceId: (traceparent) => telemetry.traceId(traceparent),
    traceparent: () => telemetry.traceparent(),
  };
}
