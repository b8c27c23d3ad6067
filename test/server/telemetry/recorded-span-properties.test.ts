import { propagation } from '@opentelemetry/api';
import { core } from '@opentelemetry/sdk-node';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import type { Span } from '../../../src/server/ports/span';
import { addMilliseconds, toHrTime } from '../../../src/server/telemetry/hr-time';
import { readSpanLimits } from '../../../src/server/telemetry/span-limits';
import { createRecordingTelemetry } from '../../support/recorded-spans';
import { SdkTelemetry } from '../../support/sdk-telemetry';

afterAll(() => propagation.disable());

const name = fc.constantFrom('a', 'b', 'c', 'd', 'error.type');
const value = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.boolean(),
  fc.integer(),
  fc.array(fc.string({ maxLength: 8 }), { maxLength: 3 }),
);
const attributes = fc.dictionary(name, value, { maxKeys: 4 });
const error = fc.oneof(
  fc.constantFrom(new Error('failed'), new TypeError(''), Object.assign(new Error('x'), { code: 'ECONNRESET' })),
  fc.constant(new OrchestratorError('DEADLINE', 'Too late.')),
  fc.constantFrom('text', undefined),
);

/** A change of a span. */
type Change = (span: Span) => void;
const change: fc.Arbitrary<Change> = fc.oneof(
  attributes.map(
    (set): Change =>
      (span) =>
        span.setAttributes(set),
  ),
  fc.tuple(name, attributes).map(
    ([event, set]): Change =>
      (span) =>
        span.addEvent(event, set),
  ),
  fc.integer({ min: 1, max: 9 }).map(
    (digit): Change =>
      (span) =>
        span.addLink({ traceparent: `00-${'1'.repeat(32)}-${String(digit).repeat(16)}-01`, tracestate: 'v=1' }),
  ),
  error.map(
    (thrown): Change =>
      (span) =>
        span.setError(thrown),
  ),
  fc.constantFrom<Change>(
    (span) => span.setFailed(),
    (span) => span.setFailed('no reply'),
    (span) => span.recordException(new Error('reply')),
    (span) => span.setSession('session 1'),
    (span) => span.end(),
  ),
);

const limit = fc.constantFrom('', ' 3 ', '0', '1', '2', 'x');
const env = fc.record({
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: limit,
  OTEL_ATTRIBUTE_COUNT_LIMIT: limit,
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: limit,
  OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: limit,
  OTEL_SPAN_EVENT_COUNT_LIMIT: limit,
  OTEL_SPAN_LINK_COUNT_LIMIT: limit,
  OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: limit,
});

/** The SDK reads its limits from the variables of the process. */
function createSdkTelemetry(variables: NodeJS.ProcessEnv) {
  const exporter = new InMemorySpanExporter();
  const before = { ...process.env };
  Object.assign(process.env, variables);
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  process.env = before;
  return { telemetry: new SdkTelemetry(provider.getTracer('test')), exporter };
}

const toComparable = (span: ReadableSpan) => ({
  attributes: span.attributes,
  events: span.events.map(({ time: _time, ...event }) => event),
  links: span.links.map(({ context: { spanId, traceId, traceFlags } }) => ({ spanId, traceId, traceFlags })),
  status: span.status,
  dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
});

it('a span has what a span of the SDK has after the same changes, with the same limits', () => {
  fc.assert(
    fc.property(env, fc.array(change, { maxLength: 20 }), (variables, changes) => {
      const own = createRecordingTelemetry(variables);
      const sdk = createSdkTelemetry(variables);
      const metadata = { get: () => [], getMap: () => ({}) };
      for (const telemetry of [own.telemetry, sdk.telemetry]) {
        const span = telemetry.startCall('/package.Service/Method', metadata);
        for (const apply of changes) apply(span);
        if (span.isRecording) span.end();
      }
      expect(own.exported.map(toComparable)).toEqual(sdk.exporter.getFinishedSpans().map(toComparable));
    }),
    { numRuns: 500 },
  );
});

it('the default limits are those of the SDK', () => {
  expect(readSpanLimits({})).toEqual({
    attributeCount: 128,
    attributeValueLength: Number.POSITIVE_INFINITY,
    eventCount: 128,
    linkCount: 128,
    attributePerEventCount: 128,
  });
});

it('times are added as the SDK adds them', () => {
  const milliseconds = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), milliseconds, (start, elapsed) => {
      const expected = core.addHrTimes(core.millisToHrTime(start), core.millisToHrTime(elapsed));
      expect(addMilliseconds(toHrTime(start), elapsed)).toEqual(expected);
    }),
    { numRuns: 1_000, examples: [[999, 1]] },
  );
});
