import type { AttributeValue } from '../ports/span';

/** The limits of a span, as the SDK defines them. What exceeds a limit is dropped and counted; an event or link replaces the oldest one. */
export interface SpanLimits {
  readonly attributeCount: number;
  /** Characters of a text. */
  readonly attributeValueLength: number;
  readonly eventCount: number;
  readonly linkCount: number;
  readonly attributePerEventCount: number;
}

/** The default of the OpenTelemetry specification for every count. */
const defaultCount = 128;

/** Reads the limits from their standard variables. A value that is not a number has no effect, as in the SDK. */
export function readSpanLimits(env: NodeJS.ProcessEnv): SpanLimits {
  const read = (defaultValue: number, ...variables: readonly string[]): number => {
    for (const variable of variables) {
      const text = env[variable]?.trim() ?? '';
      const value = text === '' ? Number.NaN : Number(text);
      if (!Number.isNaN(value)) return value;
    }
    return defaultValue;
  };
  return {
    attributeCount: read(defaultCount, 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
    attributeValueLength: read(
      Number.POSITIVE_INFINITY,
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    ),
    eventCount: read(defaultCount, 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCount: read(defaultCount, 'OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCount: read(defaultCount, 'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT'),
  };
}

/** Shortens texts, also in a list. A limit that is not positive has no effect, as in the SDK. */
export function limitLength(value: AttributeValue, limit: number): AttributeValue {
  if (limit === Number.POSITIVE_INFINITY || limit <= 0) return value;
  if (typeof value === 'string') return value.slice(0, limit);
  return Array.isArray(value) ? value.map((text) => text.slice(0, limit)) : value;
}
