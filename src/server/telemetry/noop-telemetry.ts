import type { Metrics } from '../ports/metrics';
import { noSpan } from '../ports/span';
import type { Telemetry } from '../ports/telemetry';

/** The tracing of a process without an SDK that exports spans. */
export const noopTelemetry: Telemetry = {
  startCall: () => noSpan,
  startRequest: () => noSpan,
  getTraceId: () => '',
};

const noop = (): void => {};

/** The metrics of a process without an SDK that exports metrics. */
export const noopMetrics: Metrics = {
  isEnabled: false,
  startTurn: () => noop,
  recordCommitConflict: noop,
  recordLostRevision: noop,
  startPhase: () => noop,
  startStoreOperation: () => noop,
  startModelRequest: () => noop,
  startCall: () => noop,
  recordAccessFailure: noop,
  recordSizeRefusal: noop,
  recordWorkLimit: noop,
};
