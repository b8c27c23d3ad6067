import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A span received over OTLP, with the fields that the tests use. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** "" for a root span. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 INTERNAL, 2 SERVER, 3 CLIENT. */
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  /** Linked spans. */
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 0 UNSET, 1 OK, 2 ERROR. */
  readonly statusCode: number;
  readonly statusMessage: string;
  /** Attributes of the resource. */
  readonly resource: Attributes;
  /** Name of the instrumentation scope. */
  readonly scope: string;
  /** The span as it was received. */
  readonly encoded: Uint8Array;
}

export type Attributes = Readonly<Record<string, unknown>>;

/**
 * Decodes opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest. Hand-written, because no package contains the .proto files:
 * https://github.com/open-telemetry/opentelemetry-proto, Apache-2.0.
 */
export function readTraces(bytes: Uint8Array): ReceivedSpan[] {
  return getSubmessages(bytes, 1).flatMap((resourceSpans) => {
    const [resource] = getSubmessages(resourceSpans, 1);
    const resourceAttributes = resource === undefined ? {} : readAttributes(resource, 1);
    return getSubmessages(resourceSpans, 2).flatMap((scopeSpans) => {
      const [scope] = getSubmessages(scopeSpans, 1);
      const scopeName = scope === undefined ? '' : toText(readFields(scope).get(1));
      return getSubmessages(scopeSpans, 2).map((span) => readSpan(span, resourceAttributes, scopeName));
    });
  });
}

/** Decodes the metric names of an opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest. */
export function readMetricNames(bytes: Uint8Array): string[] {
  return getSubmessages(bytes, 1).flatMap((resourceMetrics) =>
    getSubmessages(resourceMetrics, 2).flatMap((scopeMetrics) =>
      getSubmessages(scopeMetrics, 2).map((metric) => toText(readFields(metric).get(1))),
    ),
  );
}

function readSpan(bytes: Uint8Array, resource: Attributes, scope: string): ReceivedSpan {
  const fields = readFields(bytes);
  const [status] = getSubmessages(bytes, 15);
  return {
    traceId: toHex(fields.get(1)),
    spanId: toHex(fields.get(2)),
    parentSpanId: toHex(fields.get(4)),
    name: toText(fields.get(5)),
    kind: Number(fields.get(6)?.[0] ?? 0),
    startNs: BigInt(String(fields.get(7)?.[0] ?? 0)),
    endNs: BigInt(String(fields.get(8)?.[0] ?? 0)),
    attributes: readAttributes(bytes, 9),
    events: getSubmessages(bytes, 11).map((event) => ({
      name: toText(readFields(event).get(2)),
      attributes: readAttributes(event, 3),
    })),
    links: getSubmessages(bytes, 13).map((link) => {
      const fields = readFields(link);
      return { traceId: toHex(fields.get(1)), spanId: toHex(fields.get(2)) };
    }),
    statusCode: status === undefined ? 0 : Number(readFields(status).get(3)?.[0] ?? 0),
    statusMessage: status === undefined ? '' : toText(readFields(status).get(2)),
    resource,
    scope,
    encoded: bytes,
  };
}

type FieldValue = number | bigint | string | Uint8Array;

/** Reads the fields of a message by number, in wire order. */
function readFields(bytes: Uint8Array): Map<number, FieldValue[]> {
  const fields = new Map<number, FieldValue[]>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    values.push(readValue(reader, wireType));
  }
  return fields;
}

function readValue(reader: BinaryReader, wireType: WireType): FieldValue {
  switch (wireType) {
    case WireType.Varint:
      return Number(reader.int64());
    case WireType.Bit32:
      return reader.fixed32();
    case WireType.Bit64:
      return reader.fixed64();
    case WireType.LengthDelimited:
      return reader.bytes();
    default:
      throw new Error(`Unexpected wire type ${wireType}`);
  }
}

function getSubmessages(bytes: Uint8Array, field: number): Uint8Array[] {
  return (readFields(bytes).get(field) ?? []).filter((value) => value instanceof Uint8Array);
}

function readAttributes(bytes: Uint8Array, field: number): Attributes {
  return Object.fromEntries(
    getSubmessages(bytes, field).map((pair) => [
      toText(readFields(pair).get(1)),
      readAnyValue(getSubmessages(pair, 2)[0]),
    ]),
  );
}

/** opentelemetry.proto.common.v1.AnyValue */
function readAnyValue(bytes: Uint8Array | undefined): unknown {
  const [entry] = readFields(bytes ?? new Uint8Array());
  const [field, values] = entry ?? [0, []];
  switch (field) {
    case 1:
      return toText(values);
    case 2:
      return values[0] === 1;
    case 3:
      return values[0];
    case 4:
      return Buffer.from(BigUint64Array.of(BigInt(String(values[0]))).buffer).readDoubleLE();
    case 5:
      return getSubmessages(getSubmessages(bytes ?? new Uint8Array(), 5)[0] ?? new Uint8Array(), 1).map(readAnyValue);
    default:
      return undefined;
  }
}

function toHex(values: FieldValue[] | undefined): string {
  const [value] = values ?? [];
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '';
}

function toText(values: FieldValue[] | undefined): string {
  const [value] = values ?? [];
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
}
