import { createTraceState, type HrTime, type Link, SpanKind } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { encodeSpans } from '../../../src/server/telemetry/otlp-spans';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });

/** Texts of all lengths of their length prefix and of all kinds of characters, also halves of a surrogate pair. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 70 }),
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.constantFrom('', 'é'.repeat(63), 'é'.repeat(64), '\ud800', 'x\udc00y', '€'.repeat(6_000), 'x'.repeat(70_000)),
  fc.nat(300).map((length) => 'x'.repeat(length)),
);
const attributeValue = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.constantFrom(
    0,
    -0,
    -1,
    127,
    128,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53,
    -(2 ** 53),
    2 ** 62,
    -(2 ** 63),
    2 ** 63,
  ),
  fc.array(text, { maxLength: 3 }),
);
const attributes = fc.dictionary(text, attributeValue, { maxKeys: 6 });
const time: fc.Arbitrary<HrTime> = fc.tuple(
  fc.oneof(fc.nat(2 ** 31 - 1), fc.integer({ min: 1_700_000_000, max: 4_400_000_000 })),
  fc.integer({ min: 0, max: 999_999_999 }),
);
const traceState = fc.constantFrom(undefined, createTraceState('vendor=value,other=1'));
const spanContext = fc
  .tuple(hex(32), hex(16), fc.constantFrom(0, 1), traceState, fc.constantFrom(undefined, true, false))
  .map(([traceId, spanId, traceFlags, state, isRemote]) => ({
    traceId,
    spanId,
    traceFlags,
    ...(state !== undefined && { traceState: state }),
    ...(isRemote !== undefined && { isRemote }),
  }));
const link: fc.Arbitrary<Link> = fc.record({ context: spanContext }, { requiredKeys: ['context'] });

const resources = [
  resourceFromAttributes({ 'service.name': 'a', 'process.pid': 7, 'process.args': ['x', 'ü'] }),
  resourceFromAttributes({}, { schemaUrl: 'https://opentelemetry.io/schemas/1.40.0' }),
];
const scopes = [{ name: 'one' }, { name: 'two', version: '1.2', schemaUrl: 'https://example.com' }];

const span: fc.Arbitrary<ReadableSpan> = fc
  .record({
    name: text,
    kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT),
    context: spanContext,
    parentSpanContext: fc.option(spanContext, { nil: undefined }),
    startTime: time,
    endTime: time,
    status: fc.record({ code: fc.constantFrom(0, 1, 2), message: text }),
    attributes,
    links: fc.array(link, { maxLength: 3 }),
    events: fc.array(fc.record({ name: text, time, attributes, droppedAttributesCount: fc.nat(300) }), {
      maxLength: 3,
    }),
    resource: fc.constantFrom(...resources),
    instrumentationScope: fc.constantFrom(...scopes),
    dropped: fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300)),
  })
  .map(({ context, dropped, parentSpanContext, ...fields }) => ({
    ...fields,
    ...(parentSpanContext !== undefined && { parentSpanContext }),
    spanContext: () => context,
    duration: [0, 0],
    ended: true,
    droppedAttributesCount: dropped[0],
    droppedEventsCount: dropped[1],
    droppedLinksCount: dropped[2],
  }));

it('an error while spans are encoded does not change the next ones', () => {
  const [broken] = fc.sample(span, 1);
  const unreadable = {
    ...broken,
    get events(): never {
      throw new Error('broken');
    },
  };
  expect(() => encodeSpans([unreadable as ReadableSpan])).toThrow('broken');
  expect(encodeSpans([])).toHaveLength(0);
});

it('encodes spans with the same bytes as the SDK', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), (spans) => {
      const expected = ProtobufTraceSerializer.serializeRequest(spans);
      expect(Buffer.from(encodeSpans(spans)).equals(Buffer.from(expected ?? []))).toBe(true);
    }),
    { numRuns: 200 },
  );
});
