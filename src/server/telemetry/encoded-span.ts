import { createTraceState, type Link, type SpanContext } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';
import type { EncodedAdditions, EncodedContext, EncodedSpan } from '../ports/thread-telemetry';
import type { SpanEnvironment } from './recorded-span';

// Spans as plain data, which can be copied to another thread.

export function encodeSpan(span: ReadableSpan): EncodedSpan {
  return {
    ...encodeAdditions(span),
    name: span.name,
    kind: span.kind,
    context: encodeContext(span.spanContext()),
    parent: span.parentSpanContext && encodeContext(span.parentSpanContext),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    dropped: {
      attributes: span.droppedAttributesCount,
      events: span.droppedEventsCount,
      links: span.droppedLinksCount,
    },
  };
}

export function encodeAdditions({
  attributes,
  links,
  events,
  status,
}: Pick<ReadableSpan, 'attributes' | 'links' | 'events' | 'status'>): EncodedAdditions {
  return {
    attributes,
    links: links.map((link) => ({ context: encodeContext(link.context), attributes: link.attributes })),
    events: events.map(({ name, attributes: eventAttributes, time, droppedAttributesCount }) => ({
      name,
      attributes: eventAttributes,
      time,
      droppedAttributesCount,
    })),
    status,
  };
}

/** The inverse of `encodeSpan`, for a span of this process. */
export function decodeSpan(
  encoded: EncodedSpan,
  { resource, scope }: Pick<SpanEnvironment, 'resource' | 'scope'>,
): ReadableSpan {
  const { name, kind, startTime, endTime, duration, dropped } = encoded;
  const context = decodeContext(encoded.context);
  return {
    ...decodeAdditions(encoded),
    name,
    kind,
    spanContext: () => context,
    ...(encoded.parent !== undefined && { parentSpanContext: decodeContext(encoded.parent) }),
    startTime,
    endTime,
    duration,
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: dropped.attributes,
    droppedEventsCount: dropped.events,
    droppedLinksCount: dropped.links,
  };
}

export interface Additions extends Pick<ReadableSpan, 'attributes' | 'status'> {
  readonly links: Link[];
  readonly events: TimedEvent[];
}

export function decodeAdditions({ attributes, links, events, status }: EncodedAdditions): Additions {
  return {
    attributes: attributes as ReadableSpan['attributes'],
    links: links.map((link) => ({ context: decodeContext(link.context), ...toAttributes(link.attributes) })),
    events: events.map(({ name, attributes: eventAttributes, time, droppedAttributesCount = 0 }) => ({
      name,
      ...toAttributes(eventAttributes),
      time,
      droppedAttributesCount,
    })),
    status: status.message === undefined ? { code: status.code } : { code: status.code, message: status.message },
  };
}

function toAttributes(attributes: EncodedAdditions['attributes'] | undefined) {
  return attributes === undefined ? {} : { attributes: attributes as ReadableSpan['attributes'] };
}

function encodeContext({ traceId, spanId, traceFlags: flags, isRemote, traceState }: SpanContext): EncodedContext {
  return { traceId, spanId, flags, isRemote, state: traceState?.serialize() };
}

function decodeContext({ traceId, spanId, flags: traceFlags, isRemote, state }: EncodedContext): SpanContext {
  return {
    traceId,
    spanId,
    traceFlags,
    ...(isRemote !== undefined && { isRemote }),
    ...(state !== undefined && { traceState: createTraceState(state) }),
  };
}
