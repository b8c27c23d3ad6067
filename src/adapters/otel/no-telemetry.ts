import type { Telemetry, TurnSpan } from '../../ports/telemetry';

const unseen: TurnSpan = {
  recording: false,
  setAttributes: () => {},
  addEvent: () => {},
  link: () => {},
  setFailed: () => {},
};

/** What the pipeline is given where no SDK runs: a call of a function more, and nothing else. */
export const noTelemetry: Telemetry = {
  span: (_name, work) => work(unseen),
  spanAsync: (_name, work) => work(unseen),
  untraced: (work) => work(),
  current: () => unseen,
  traceId: () => '',
  traceparent: () => undefined,
};
