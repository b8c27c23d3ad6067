import { defaultTextMapGetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { core } from '@opentelemetry/sdk-node';
import fc from 'fast-check';
import { decodeTraceContext, encodeTraceContext } from '../../../src/server/codec/stored/trace-context-text';
import { validateTraceContext } from '../../../src/server/ports/trace-context';

const ids = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';
const valid = `00-${ids}-01`;

test.each<[string, string, string | undefined]>([
  ['a sampled span', valid, valid],
  ['a span that is not sampled', `00-${ids}-00`, `00-${ids}-00`],
  ['flags of level 2', `00-${ids}-03`, `00-${ids}-03`],
  ['a later version', `cc-${ids}-01`, valid],
  ['a later version with other flags', `cc-${ids}-fe`, `00-${ids}-00`],
  ['a later version with a field more', `cc-${ids}-01-what-the-future-holds`, valid],
  ['a later version with text after the flags', `cc-${ids}-01.what`, undefined],
  ['version 00 with a field more', `${valid}-more`, undefined],
  ['version ff', `ff-${ids}-01`, undefined],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
  ['a span id of zeros', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`, undefined],
  ['upper-case digits', valid.toUpperCase(), undefined],
  ['no flags', `00-${ids}`, undefined],
  ['an id that is too short', valid.replace('c-b', '-b'), undefined],
  ['a line break at the end', `${valid}\n`, undefined],
  ['a later version above the maximum length', `cc-${ids}-01-${'x'.repeat(150)}`, undefined],
  ['nothing', '', undefined],
])('the traceparent of %s', (_what, traceparent, expected) => {
  expect(validateTraceContext({ traceparent, tracestate: '' })?.traceparent).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['one entry', 'congo=t61rcWkgMzE', true],
  ['two entries', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', true],
  ['spaces and empty entries', 'a=1 ,\t b=2,,', true],
  ['a tenant', 'fw529a3039@dt=FfffffCfff', true],
  ['a space within a value', 'a=1 2', true],
  ['nothing', '', true],
  ['32 entries', Array.from({ length: 32 }, (_, n) => `k${n}=1`).join(), true],
  ['33 entries', Array.from({ length: 33 }, (_, n) => `k${n}=1`).join(), false],
  ['512 characters', `a=${'1'.repeat(254)},b=${'1'.repeat(253)}`, true],
  ['513 characters', `a=${'1'.repeat(254)},b=${'1'.repeat(254)}`, false],
  ['a key twice', 'a=1,a=2', false],
  ['an entry without a value', 'a', false],
  ['an empty value', 'a=', false],
  ['an equals sign in a value', 'a=1=2', false],
  ['an upper-case key', 'A=1', false],
  ['a line break', 'a=1\nb', false],
  ['a character outside ASCII', 'a=ä', false],
])('a tracestate with %s is kept or dropped, and the traceparent stays valid', (_what, tracestate, isKept) => {
  expect(validateTraceContext({ traceparent: valid, tracestate })).toEqual({
    traceparent: valid,
    tracestate: isKept ? tracestate : '',
  });
});

test('a tracestate without a valid traceparent is ignored', () => {
  expect(validateTraceContext({ traceparent: 'x', tracestate: 'a=1' })).toBeUndefined();
});

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const almost = fc.tuple(
  fc.oneof(fc.constant('00'), hex(2)),
  fc.oneof(hex(32), fc.constant('0'.repeat(32))),
  fc.oneof(hex(16), fc.constant('0'.repeat(16))),
  hex(2),
  fc.constantFrom('', '-', '-x', 'x'),
);

test('the same traceparents are valid as for the propagator of OpenTelemetry', () => {
  const propagator = new core.W3CTraceContextPropagator();
  fc.assert(
    fc.property(almost, ([version, traceId, spanId, flags, rest]) => {
      const traceparent = `${version}-${traceId}-${spanId}-${flags}${rest}`;
      const expected = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter));
      const actual = validateTraceContext({ traceparent, tracestate: '' });
      expect(actual?.traceparent.slice(3, 52)).toEqual(expected && `${expected.traceId}-${expected.spanId}`);
    }),
  );
});

test('the stored text of a trace context is decoded to the same trace context', () => {
  const tracestate = fc.stringMatching(/^(?:[a-z]{1,5}=[ a-z]{0,5}[a-z],? ?){0,3}$/);
  fc.assert(
    fc.property(tracestate, (value) => {
      const context = { traceparent: valid, tracestate: value };
      expect(decodeTraceContext(encodeTraceContext(context))).toEqual(context);
    }),
  );
  expect(decodeTraceContext(encodeTraceContext(undefined))).toBeUndefined();
  // A text of a version that stored no tracestate.
  expect(decodeTraceContext(valid)).toEqual({ traceparent: valid, tracestate: '' });
});
