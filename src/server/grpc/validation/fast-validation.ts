import { isUtf8 } from 'node:buffer';
import type { FieldRule } from './field-rule';
import { delimited, type FieldPlan, fixed32, fixed64, type MessagePlan, varint } from './message-plan';
import { isUnsafeKey } from './unsafe-key';
import { isUuid } from './uuid-bytes';
import type { WireLimits } from './wire-validation';

/**
 * Whether a request plainly keeps the contract. True means that the wire check and protovalidate would find nothing; false
 * means that they have to look, which costs ten times as much and happens for the rare request only.
 */
export function passesFastValidation(plan: MessagePlan, bytes: Uint8Array, limits: WireLimits): boolean {
  return new PlainCheck(bytes, limits).message(plan, bytes.length, 0);
}

const SECONDS_TAG = (1 << 3) | varint;
const NANOS_TAG = (2 << 3) | varint;
const NANOS_A_SECOND = 1e9;

/** One walk. It names nothing and stops at the first doubt, so that it is quick; WireCheck is its thorough sister. */
class PlainCheck {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly limits: WireLimits;
  private pos = 0;
  private jsonValues = 0;

  constructor(bytes: Uint8Array, limits: WireLimits) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.limits = limits;
  }

  message(plan: MessagePlan, end: number, jsonDepth: number): boolean {
    if (plan.needsFullValidation || jsonDepth > this.limits.maxJsonDepth) return false;
    const isJson = plan.kind === 'json value';
    if (isJson && ++this.jsonValues > this.limits.maxJsonValues) return false;
    const counts = plan.repeatedFieldCount === 0 ? undefined : new Array<number>(plan.repeatedFieldCount).fill(0);
    const { fields } = plan;
    let seen = 0;
    while (this.pos < end) {
      const tag = this.uint32();
      const number = tag >>> 3;
      if (tag < 8) return false;
      const field = number < fields.length ? fields[number] : undefined;
      if (field === undefined) {
        if (!this.skip(tag & 7, end)) return false;
      } else if (counts !== undefined && field.isRepeated) {
        const count = (counts[field.slot] ?? 0) + this.elements(field, tag & 7, end, jsonDepth);
        counts[field.slot] = count;
        if (!(count <= field.maxCount)) return false;
      } else {
        const bit = 1 << field.slot;
        // A message in parts, or a JSON value of two kinds.
        if ((seen & bit) !== 0 && field.message !== undefined) return false;
        if (isJson && seen !== 0) return false;
        seen |= bit;
        if ((tag & 7) !== field.wireType || !this.value(field, end, jsonDepth)) return false;
      }
    }
    if (isJson && seen === 0) return false;
    return this.pos === end && (seen & plan.requiredFieldBits) === plan.requiredFieldBits;
  }

  /** How many elements came; NaN where one of them is not plain. */
  private elements(field: FieldPlan, wireType: number, end: number, jsonDepth: number): number {
    if (wireType !== delimited || !field.isPackable) {
      return wireType === field.wireType && this.value(field, end, jsonDepth) ? 1 : Number.NaN;
    }
    const length = this.uint32();
    const blockEnd = this.pos + length;
    if (length < 0 || blockEnd > end) return Number.NaN;
    let count = 0;
    for (; this.pos < blockEnd; count++) {
      if (count > field.maxCount || !this.value(field, blockEnd, jsonDepth)) return Number.NaN;
    }
    return count;
  }

  private value(field: FieldPlan, end: number, jsonDepth: number): boolean {
    switch (field.wireType) {
      case varint: {
        const number = this.int32();
        return this.pos <= end && keepsRule(field.rule, number);
      }
      case fixed64:
        this.pos += 8;
        return (
          this.pos <= end && (!field.isFloat || this.isPlainFloat(field, this.view.getFloat64(this.pos - 8, true)))
        );
      case fixed32:
        this.pos += 4;
        return (
          this.pos <= end && (!field.isFloat || this.isPlainFloat(field, this.view.getFloat32(this.pos - 4, true)))
        );
      case delimited: {
        const length = this.uint32();
        const valueEnd = this.pos + length;
        if (length < 0 || valueEnd > end) return false;
        if (field.message === undefined) return this.text(field, valueEnd);
        if (field.rule.kind === 'time') return this.time(field.rule, valueEnd);
        if (field.rule.kind === 'closer look') return false;
        return this.message(field.message, valueEnd, field.isJsonContainer ? jsonDepth + 1 : jsonDepth);
      }
    }
  }

  private isPlainFloat(field: FieldPlan, value: number): boolean {
    return Number.isFinite(value) && keepsRule(field.rule, value);
  }

  /** A google.protobuf.Timestamp. */
  private time(rule: FieldRule & { kind: 'time' }, end: number): boolean {
    let seconds = 0;
    let nanos = 0;
    while (this.pos < end) {
      const tag = this.bytes[this.pos++];
      if (tag === SECONDS_TAG) seconds = this.uint49();
      else if (tag === NANOS_TAG) nanos = this.int32();
      else return false;
    }
    if (this.pos !== end || nanos < 0 || nanos >= NANOS_A_SECOND) return false;
    return seconds >= rule.minSeconds && seconds < rule.maxSeconds;
  }

  private text(field: FieldPlan, end: number): boolean {
    const { rule } = field;
    const start = this.pos;
    const length = end - start;
    this.pos = end;
    switch (rule.kind) {
      case 'uuid':
        return length === 0 ? rule.orEmpty : isUuid(this.bytes, start, end);
      case 'text':
        if (length < rule.minBytes || length > rule.maxBytes) return false;
        break;
      case 'none':
        break;
      default:
        return false;
    }
    if (field.isMapKey && isUnsafeKey(this.bytes, start, end)) return false;
    return !field.isText || this.isUtf8(start, end);
  }

  private isUtf8(start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      if ((this.bytes[at] ?? 0) > 0x7f) return isUtf8(this.bytes.subarray(start, end));
    }
    return true;
  }

  /** A tag or a length; negative where it is malformed. */
  private uint32(): number {
    const first = this.bytes[this.pos] ?? 0x80;
    if (first < 0x80) {
      this.pos++;
      return first;
    }
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.bytes[this.pos++];
      if (byte === undefined) return -1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return -1; // Longer than any message may be.
  }

  /** A varint's low 32 bits, as the decoders read it; the position is past every end where it is malformed. */
  private int32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.pos++];
      if (byte === undefined) break;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    this.pos = Number.POSITIVE_INFINITY;
    return 0;
  }

  /** A varint below 2^49; NaN where it is more, or negative. */
  private uint49(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.bytes[this.pos++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  }

  private skip(wireType: number, end: number): boolean {
    switch (wireType) {
      case varint:
        this.int32();
        break;
      case fixed64:
        this.pos += 8;
        break;
      case fixed32:
        this.pos += 4;
        break;
      case delimited: {
        const length = this.uint32();
        if (length < 0) return false;
        this.pos += length;
        break;
      }
      default:
        return false;
    }
    return this.pos <= end;
  }
}

function keepsRule(rule: FieldRule, value: number): boolean {
  switch (rule.kind) {
    case 'none':
      return true;
    case 'number':
      return value >= rule.min && value <= rule.max;
    case 'one of':
      return rule.numbers.has(value);
    default:
      return false;
  }
}
