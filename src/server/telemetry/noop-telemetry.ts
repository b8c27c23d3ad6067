import type { Metrics } from '../ports/metrics';
import type { Telemetry, TurnSpan } from '../ports/telemetry';

const noopSpan: TurnSpan = {
  isRecording: false,
  setAttributes: () => {},
  addEvent: () => {},
  addLink: () => {},
  setError: () => {},
};

/** The tracing of a process without an SDK that exports spans. */
export const noopTelemetry: Telemetry = {
  withSpan: (_name, work) => work(noopSpan),
  withSpanAsync: (_name, work) => work(noopSpan),
  withRequestSpan: (_name, _getCaller, work) => work(noopSpan),
  withSession: (_sessionId, work) => work(),
  withoutSpan: (work) => work(),
  getActiveSpan: () => noopSpan,
  getTraceId: () => '',
  getTraceContext: () => undefined,
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
