import { BinaryWriter, type WireType } from '@bufbuild/protobuf/wire';

const initialBytes = 65_536;

/** Longer texts are written by native code. Ids have 36 characters; the library writes only up to 32 by itself. */
const maxShortText = 100;

/**
 * A writer of the library that makes no objects while it writes (ADR 0026): it has the same bytes and errors, but writes ids character by
 * character, and keeps its buffer. What messages of sessions and turns rarely have is left to the library.
 */
export class MessageWriter extends BinaryWriter {
  private bytesWritten = Buffer.allocUnsafeSlow(initialBytes);
  private position = 0;
  /** Where the messages that have not ended begin: at the byte for their length. */
  private readonly starts: number[] = [];

  override finish(): Buffer<ArrayBuffer> {
    const result = Buffer.allocUnsafe(this.position);
    this.bytesWritten.copy(result, 0, 0, this.position);
    this.position = 0;
    this.starts.length = 0;
    return result;
  }

  override fork(): this {
    this.reserve(1);
    this.starts.push(this.position);
    this.position += 1;
    return this;
  }

  override join(): this {
    const start = this.starts.pop();
    if (start === undefined) throw new Error('No message was started.');
    const length = this.position - start - 1;
    if (length < 0x80) {
      this.bytesWritten[start] = length;
      return this;
    }
    const added = getVarintSize(length) - 1;
    this.reserve(added);
    this.bytesWritten.copyWithin(start + 1 + added, start + 1, this.position);
    this.position = start;
    this.uint32(length);
    this.position += length;
    return this;
  }

  override tag(field: number, wireType: WireType): this {
    return this.uint32(((field << 3) | wireType) >>> 0);
  }

  override raw(chunk: Uint8Array): this {
    this.reserve(chunk.length);
    this.bytesWritten.set(chunk, this.position);
    this.position += chunk.length;
    return this;
  }

  override uint32(value: number): this {
    let rest = value >>> 0;
    if (rest !== value) return this.leaveToLibrary((writer) => writer.uint32(value));
    this.reserve(5);
    const { bytesWritten } = this;
    let { position } = this;
    for (; rest > 0x7f; rest >>>= 7) bytesWritten[position++] = (rest & 0x7f) | 0x80;
    bytesWritten[position] = rest;
    this.position = position + 1;
    return this;
  }

  override int32(value: number): this {
    return value >= 0 && value === (value | 0)
      ? this.uint32(value)
      : this.leaveToLibrary((writer) => writer.int32(value));
  }

  override bool(value: boolean): this {
    this.reserve(1);
    this.bytesWritten[this.position++] = value ? 1 : 0;
    return this;
  }

  override bytes(value: Uint8Array): this {
    return this.uint32(value.length).raw(value);
  }

  override string(value: string): this {
    const { length } = value;
    this.reserve(3 * length + 5);
    if (length <= maxShortText && this.tryAscii(value)) return this;
    // The length comes first. Most texts have one byte for each character.
    const guess = this.position + getVarintSize(length);
    const written = this.bytesWritten.write(value, guess, 'utf8');
    const start = this.position + getVarintSize(written);
    if (start !== guess) this.bytesWritten.copyWithin(start, guess, guess + written);
    this.uint32(written);
    this.position += written;
    return this;
  }

  override double(value: number): this {
    this.reserve(8);
    this.position = this.bytesWritten.writeDoubleLE(value, this.position);
    return this;
  }

  override fixed32(value: number): this {
    if (value >>> 0 !== value) return this.leaveToLibrary((writer) => writer.fixed32(value));
    this.reserve(4);
    this.position = this.bytesWritten.writeUInt32LE(value, this.position);
    return this;
  }

  override sfixed32(value: number): this {
    return this.leaveToLibrary((writer) => writer.sfixed32(value));
  }

  override sint32(value: number): this {
    return this.leaveToLibrary((writer) => writer.sint32(value));
  }

  override float(value: number): this {
    return this.leaveToLibrary((writer) => writer.float(value));
  }

  override fixed64(value: string | number | bigint): this {
    return this.leaveToLibrary((writer) => writer.fixed64(value));
  }

  override sfixed64(value: string | number | bigint): this {
    return this.leaveToLibrary((writer) => writer.sfixed64(value));
  }

  override int64(value: string | number | bigint): this {
    return this.leaveToLibrary((writer) => writer.int64(value));
  }

  override sint64(value: string | number | bigint): this {
    return this.leaveToLibrary((writer) => writer.sint64(value));
  }

  override uint64(value: string | number | bigint): this {
    return this.leaveToLibrary((writer) => writer.uint64(value));
  }

  /** Writes a text, unless it has a character that takes more than one byte. */
  private tryAscii(text: string): boolean {
    const { bytesWritten } = this;
    const start = this.position + 1;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytesWritten[start + index] = code;
    }
    bytesWritten[this.position] = text.length;
    this.position = start + text.length;
    return true;
  }

  private leaveToLibrary(write: (writer: BinaryWriter) => unknown): this {
    const writer = new BinaryWriter();
    write(writer);
    return this.raw(writer.finish());
  }

  private reserve(bytes: number): void {
    const needed = this.position + bytes;
    if (needed <= this.bytesWritten.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytesWritten.length));
    this.bytesWritten.copy(grown, 0, 0, this.position);
    this.bytesWritten = grown;
  }
}

function getVarintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
