import type { Telemetry, TurnSpan } from '../ports/telemetry';

const unseen: TurnSpan = {
  isRecording: false,
  setAttributes: () => {},
  addEvent: () => {},
  addLink: () => {},
  setError: () => {},
};

/** What the pipeline is given where no SDK runs: a call of a function more, and nothing else. */
export const noopTelemetry: Telemetry = {
  withSpan: (_name, work) => work(unseen),
  withSpanAsync: (_name, work) => work(unseen),
  withoutSpan: (work) => work(),
  getActiveSpan: () => unseen,
  getTraceId: () => '',
  getTraceparent: () => undefined,
};
