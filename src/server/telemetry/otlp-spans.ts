import type { Link, SpanStatus } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';
import { ProtobufWriter, wireTypes } from './protobuf-writer';

type Scope = ReadableSpan['instrumentationScope'];
type Attributes = ReadableSpan['attributes'];
type AttributeValue = Attributes[string];

/** Bits of `flags` of a span and of a link, in addition to the W3C flags. */
const hasIsRemote = 0x100;
const isRemote = 0x200;

const writer = new ProtobufWriter();

/**
 * Encodes spans as opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest, with the same bytes as the serializer of the SDK
 * (https://github.com/open-telemetry/opentelemetry-proto). It takes a third of the time: one pass, and names are encoded once.
 */
export function encodeSpans(spans: readonly ReadableSpan[]): Uint8Array {
  writer.reset();
  for (const [resource, scopes] of groupSpans(spans)) {
    const resourceSpans = writer.startMessage(1);
    writeResource(resource);
    for (const [scope, scoped] of scopes) {
      const scopeSpans = writer.startMessage(2);
      writeScope(scope);
      for (const span of scoped) writeSpan(span);
      writeOptionalText(3, scope.schemaUrl);
      writer.endMessage(scopeSpans);
    }
    writeOptionalText(3, resource.schemaUrl);
    writer.endMessage(resourceSpans);
  }
  return writer.getBytes();
}

function groupSpans(
  spans: readonly ReadableSpan[],
): ReadonlyMap<Resource, ReadonlyMap<Scope, readonly ReadableSpan[]>> {
  const resources = new Map<Resource, Map<Scope, ReadableSpan[]>>();
  for (const span of spans) {
    const scopes = resources.get(span.resource) ?? new Map<Scope, ReadableSpan[]>();
    resources.set(span.resource, scopes);
    const scoped = scopes.get(span.instrumentationScope);
    if (scoped === undefined) scopes.set(span.instrumentationScope, [span]);
    else scoped.push(span);
  }
  return resources;
}

function writeResource({ attributes }: Resource): void {
  const message = writer.startMessage(1);
  writeAttributes(1, attributes);
  writeNumber(2, 0);
  writer.endMessage(message);
}

function writeScope({ name, version }: Scope): void {
  const message = writer.startMessage(1);
  writeText(1, name);
  writeOptionalText(2, version);
  writer.endMessage(message);
}

function writeSpan(span: ReadableSpan): void {
  const message = writer.startMessage(2);
  const { traceId, spanId, traceState, traceFlags } = span.spanContext();
  const { parentSpanContext: parent } = span;
  writeId(1, traceId);
  writeId(2, spanId);
  writeOptionalText(3, traceState?.serialize());
  if (parent?.spanId) writeId(4, parent.spanId);
  writer.tag(5, wireTypes.bytes);
  writer.keptText(span.name);
  // The contract has 0 for an unknown kind, unlike the API.
  writeNumber(6, span.kind + 1);
  writer.tag(7, wireTypes.fixed64);
  writer.nanoseconds(span.startTime);
  writer.tag(8, wireTypes.fixed64);
  writer.nanoseconds(span.endTime);
  writeAttributes(9, span.attributes);
  writeNumber(10, span.droppedAttributesCount);
  for (const event of span.events) writeEvent(event);
  writeNumber(12, span.droppedEventsCount);
  for (const link of span.links) writeLink(link);
  writeNumber(14, span.droppedLinksCount);
  writeStatus(span.status);
  writeFlags(16, traceFlags, parent?.isRemote);
  writer.endMessage(message);
}

function writeEvent({ time, name, attributes = {}, droppedAttributesCount = 0 }: TimedEvent): void {
  const message = writer.startMessage(11);
  writer.tag(1, wireTypes.fixed64);
  writer.nanoseconds(time);
  writer.tag(2, wireTypes.bytes);
  writer.keptText(name);
  writeAttributes(3, attributes);
  writeNumber(4, droppedAttributesCount);
  writer.endMessage(message);
}

function writeLink({ context, attributes = {}, droppedAttributesCount = 0 }: Link): void {
  const message = writer.startMessage(13);
  writeId(1, context.traceId);
  writeId(2, context.spanId);
  writeOptionalText(3, context.traceState?.serialize());
  writeAttributes(4, attributes);
  writeNumber(5, droppedAttributesCount);
  writeFlags(6, context.traceFlags, context.isRemote);
  writer.endMessage(message);
}

function writeStatus({ code, message: description }: SpanStatus): void {
  const message = writer.startMessage(15);
  writeOptionalText(2, description);
  writeNumber(3, code);
  writer.endMessage(message);
}

function writeAttributes(field: number, attributes: Attributes): void {
  for (const name in attributes) {
    const message = writer.startMessage(field);
    writer.tag(1, wireTypes.bytes);
    writer.keptText(name);
    const value = writer.startMessage(2);
    writeAnyValue(attributes[name]);
    writer.endMessage(value);
    writer.endMessage(message);
  }
}

/** Writes opentelemetry.proto.common.v1.AnyValue. An absent value is an empty message. */
function writeAnyValue(value: AttributeValue | null): void {
  if (typeof value === 'string') writeText(1, value);
  else if (typeof value === 'boolean') writeNumber(2, value ? 1 : 0);
  else if (typeof value === 'number') writeNumberValue(value);
  else if (Array.isArray(value)) {
    const list = writer.startMessage(5);
    for (const item of value) {
      const message = writer.startMessage(1);
      writeAnyValue(item ?? undefined);
      writer.endMessage(message);
    }
    writer.endMessage(list);
  }
}

/** Whole numbers of 64 bits are integers; all others are doubles. */
function writeNumberValue(value: number): void {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) {
    writeNumber(3, value);
    return;
  }
  writer.tag(4, wireTypes.fixed64);
  writer.double(value);
}

function writeId(field: number, digits: string): void {
  writer.tag(field, wireTypes.bytes);
  writer.hex(digits);
}

function writeText(field: number, text: string): void {
  writer.tag(field, wireTypes.bytes);
  writer.text(text);
}

function writeOptionalText(field: number, text: string | undefined): void {
  if (text) writeText(field, text);
}

function writeNumber(field: number, value: number): void {
  writer.tag(field, wireTypes.varint);
  writer.varint(value);
}

function writeFlags(field: number, traceFlags: number, isParentRemote: boolean | undefined): void {
  writer.tag(field, wireTypes.fixed32);
  writer.fixed32((traceFlags & 0xff) | hasIsRemote | (isParentRemote ? isRemote : 0));
}
