import type { Metrics } from '../ports/metrics';
import { noSpan } from '../ports/span';
import type { Telemetry } from '../ports/telemetry';
import type { ThreadRecorder } from '../ports/thread-telemetry';

/** The tracing of a process without an SDK that exports spans. */
export const noopTelemetry: Telemetry = {
  startCall: () => noSpan,
  startRequest: () => noSpan,
  startWork: () => noSpan,
  getTraceId: () => '',
};

const noop = (): undefined => undefined;

/** The metrics of a process without an SDK that exports metrics. */
export const noopMetrics: Metrics = {
  isEnabled: false,
  startTurn: () => noop,
  recordCommitConflict: noop,
  recordLostRevision: noop,
  recordTimerFired: noop,
  recordTimerFailure: noop,
  recordTimersDue: noop,
  recordTimerPartitions: noop,
  startPhase: () => noop,
  startStoreOperation: () => noop,
  startModelRequest: () => noop,
  startCall: () => noop,
  recordAccessFailure: noop,
  recordSizeRefusal: noop,
  recordWorkLimit: noop,
};

/** The recorder of a thread in a process that exports nothing. */
export const noopThreadRecorder: ThreadRecorder = {
  telemetry: noopTelemetry,
  metrics: noopMetrics,
  startCall: () => ({ span: noSpan, end: noop }),
  take: noop,
};
