import type { HrTime } from '@opentelemetry/api';

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const initialBytes = 65_536;
const nanosecondsPerSecond = 1_000_000_000;
const two16 = 0x1_0000;
const two32 = 0x1_0000_0000;

/** Texts up to this length are written character by character, which is faster than a call into native code. */
const maxShortText = 64;

/** Maximum number of distinct field names whose bytes are kept. */
const maxKeptTexts = 1_000;

/** Writes protobuf messages into one buffer that grows. A message is written before its length, as most messages are short. */
export class ProtobufWriter {
  private buffer = Buffer.allocUnsafeSlow(initialBytes);
  private position = 0;
  private readonly keptTexts = new Map<string, Uint8Array>();

  /** Drops what was written, for example before an error. */
  reset(): void {
    this.position = 0;
  }

  /** Returns a copy of what was written. */
  getBytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.buffer, 0, this.position);
  }

  tag(field: number, wireType: number): void {
    this.varint((field << 3) | wireType);
  }

  /** Starts a message in a field. Returns what `endMessage` needs. */
  startMessage(field: number): number {
    this.tag(field, wireTypes.bytes);
    this.reserve(1);
    this.position += 1;
    return this.position;
  }

  /** Writes the length of a message in front of it. Moves the message if the length takes more than the reserved byte. */
  endMessage(start: number): void {
    const length = this.position - start;
    const lengthBytes = getVarintSize(length);
    if (lengthBytes > 1) {
      this.reserve(lengthBytes - 1);
      this.buffer.copyWithin(start + lengthBytes - 1, start, this.position);
    }
    this.position = start - 1;
    this.varint(length);
    this.position += length;
  }

  /** Writes a number of up to 32 bits without sign, or an integer of up to 64 bits. */
  varint(value: number): void {
    this.reserve(10);
    if (value >= 0 && value < two32) {
      this.varint32(value);
      return;
    }
    const unsigned = BigInt.asUintN(64, BigInt(value));
    for (let rest = unsigned; ; rest >>= 7n) {
      const isLast = rest < 0x80n;
      this.buffer[this.position++] = Number(rest & 0x7fn) | (isLast ? 0 : 0x80);
      if (isLast) return;
    }
  }

  private varint32(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.buffer[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.position++] = rest;
  }

  fixed32(value: number): void {
    this.reserve(4);
    this.buffer[this.position++] = value;
    this.buffer[this.position++] = value >>> 8;
    this.buffer[this.position++] = value >>> 16;
    this.buffer[this.position++] = value >>> 24;
  }

  double(value: number): void {
    this.reserve(8);
    this.position = this.buffer.writeDoubleLE(value, this.position);
  }

  /** Writes nanoseconds since 1970, which a double cannot hold, as two halves of 32 bits. */
  nanoseconds([seconds, nanoseconds]: HrTime): void {
    const lower = (seconds % two16) * nanosecondsPerSecond + nanoseconds;
    const upper = Math.floor(seconds / two16) * nanosecondsPerSecond;
    const low = (lower % two32) + (upper % two16) * two16;
    this.fixed32(low % two32);
    this.fixed32(Math.floor(lower / two32) + Math.floor(upper / two16) + Math.floor(low / two32));
  }

  /** Writes hexadecimal digits as bytes. */
  hex(digits: string): void {
    const length = digits.length >>> 1;
    this.varint(length);
    this.reserve(length);
    for (let index = 0; index < digits.length; index += 2) {
      this.buffer[this.position++] = (fromHex(digits, index) << 4) | fromHex(digits, index + 1);
    }
  }

  text(text: string): void {
    const { length } = text;
    this.reserve(length * 3 + 5);
    if (length <= maxShortText && this.tryAscii(text)) return;
    const start = this.position + getVarintSize(length * 3);
    const written = this.buffer.write(text, start, 'utf8');
    const lengthBytes = getVarintSize(written);
    if (this.position + lengthBytes < start)
      this.buffer.copyWithin(this.position + lengthBytes, start, start + written);
    this.varint32(written);
    this.position += written;
  }

  /** Writes a text that occurs in many messages, such as the name of an attribute. */
  keptText(text: string): void {
    const kept = this.keptTexts.get(text);
    if (kept !== undefined) {
      this.reserve(kept.length);
      this.buffer.set(kept, this.position);
      this.position += kept.length;
      return;
    }
    const start = this.position;
    this.text(text);
    if (this.keptTexts.size >= maxKeptTexts) return;
    this.keptTexts.set(text, Uint8Array.prototype.slice.call(this.buffer, start, this.position));
  }

  /** Writes a text of at most `maxShortText` characters, unless it has a character that takes more than one byte. */
  private tryAscii(text: string): boolean {
    const start = this.position + 1;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      this.buffer[start + index] = code;
    }
    this.buffer[this.position] = text.length;
    this.position = start + text.length;
    return true;
  }

  private reserve(bytes: number): void {
    const needed = this.position + bytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.position);
    this.buffer = grown;
  }
}

function getVarintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

function fromHex(digits: string, index: number): number {
  const code = digits.charCodeAt(index);
  return code <= 0x39 ? code - 0x30 : (code & 0x1f) + 9;
}
