import type { ReceivedSpan } from './otlp-messages';

const kindNames: Readonly<Record<number, string>> = { 2: 'SERVER ', 3: 'CLIENT ' };

/** Formats the spans of a trace as lines. Children are indented below their parents and sorted by start time. */
export function formatSpanTree(spans: readonly ReceivedSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const formatChildren = (parentSpanId: string | undefined, indent: string): string[] =>
    spans
      .filter((span) => (parentSpanId === undefined ? !ids.has(span.parentSpanId) : span.parentSpanId === parentSpanId))
      .sort((a, b) => Number(a.startNs - b.startNs))
      .flatMap((span) => [
        `${indent}${kindNames[span.kind] ?? ''}${span.name}${span.statusCode === 2 ? ' ERROR' : ''}`,
        ...formatChildren(span.spanId, `${indent}  `),
      ]);
  return formatChildren(undefined, '');
}

/** Returns the distinct values of `gen_ai.conversation.id`; undefined for spans without it. */
export function getSessionIds(spans: readonly ReceivedSpan[]): unknown[] {
  return [...new Set(spans.map(({ attributes }) => attributes['gen_ai.conversation.id']))];
}
