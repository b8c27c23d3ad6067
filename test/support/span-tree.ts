import type { ReceivedSpan } from './otlp-messages';

const kindNames: Readonly<Record<number, string>> = { 2: 'SERVER ', 3: 'CLIENT ' };

/** The spans of a trace as lines, children indented below their parents in the order in which they began. */
export function spanTree(spans: readonly ReceivedSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parentSpanId: string | undefined, indent: string): string[] =>
    spans
      .filter((span) => (parentSpanId === undefined ? !ids.has(span.parentSpanId) : span.parentSpanId === parentSpanId))
      .sort((a, b) => Number(a.startNs - b.startNs))
      .flatMap((span) => [
        `${indent}${kindNames[span.kind] ?? ''}${span.name}${span.statusCode === 2 ? ' ERROR' : ''}`,
        ...below(span.spanId, `${indent}  `),
      ]);
  return below(undefined, '');
}
