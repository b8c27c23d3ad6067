/** The position of a span in a distributed trace (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  /** W3C traceparent, version 00. */
  readonly traceparent: string;
  /** W3C tracestate; "" if there is none. */
  readonly tracestate: string;
}

/** The rules for receivers: version ff and ids of zeros are invalid, and a later version may append fields. */
const traceparentPattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const sampledFlag = 1;

/** Maximum characters of a traceparent, for the fields that a later version may append. Version 00 has 55. */
export const maxTraceparentLength = 200;
/** Maximum characters of a tracestate. The OpenTelemetry SDK drops a longer one. */
export const maxTracestateLength = 512;
const maxTracestateEntries = 32;

const tracestateKey = '(?:[a-z][-_0-9a-z*/]{0,255}|[a-z0-9][-_0-9a-z*/]{0,240}@[a-z][-_0-9a-z*/]{0,13})';
const tracestateValue = '[ !-+\\--<>-~]{0,255}[!-+\\--<>-~]';
const tracestateEntry = new RegExp(`^${tracestateKey}=${tracestateValue}$`);

/**
 * Validates a trace context that a caller sent, as W3C requires of a receiver. Returns undefined if `traceparent` is malformed, and
 * drops `tracestate` if only that is malformed. Reads a later version as version 00.
 */
export function validateTraceContext({ traceparent, tracestate }: TraceContext): TraceContext | undefined {
  const valid = validateTraceparent(traceparent);
  if (valid === undefined) return undefined;
  return { traceparent: valid, tracestate: isTracestate(tracestate) ? tracestate : '' };
}

function validateTraceparent(traceparent: string): string | undefined {
  if (traceparent.length > maxTraceparentLength) return undefined;
  const [, version, traceId, spanId, flags, rest] = traceparentPattern.exec(traceparent) ?? [];
  if (version === undefined || flags === undefined) return undefined;
  if (version === '00') return rest === undefined ? traceparent : undefined;
  // Later versions may give the other flags another meaning.
  const isSampled = (Number.parseInt(flags, 16) & sampledFlag) === sampledFlag;
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

/** Entries may be empty and surrounded by spaces and tabs. Keys are unique. */
function isTracestate(tracestate: string): boolean {
  if (tracestate.length > maxTracestateLength) return false;
  const entries = tracestate.split(',').map((entry) => entry.replace(/^[ \t]+|[ \t]+$/g, ''));
  const present = entries.filter((entry) => entry !== '');
  const keys = new Set(present.map((entry) => entry.slice(0, entry.indexOf('='))));
  return (
    present.length <= maxTracestateEntries &&
    keys.size === present.length &&
    present.every((entry) => tracestateEntry.test(entry))
  );
}
