import { delimited, fixed32, fixed64, varint } from './message-plan';

/** The bytes are no protobuf message of the expected type. */
export class MalformedMessageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedWire';
  }
}

/** Reads the wire format strictly: what is cut off, overlong or a group is malformed. */
export class WireReader {
  readonly bytes: Uint8Array;
  /** The next byte to read. */
  pos = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A tag or a length: a varint of 32 bits. */
  uint32(): number {
    const { bytes } = this;
    let byte = bytes[this.pos++];
    if (byte === undefined) throw new MalformedMessageError('it ends in the middle of a number');
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      byte = bytes[this.pos++];
      if (byte === undefined) throw new MalformedMessageError('it ends in the middle of a number');
      if (shift === 28 && byte > 0x0f) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedMessageError('a tag or length has more than 32 bits');
  }

  /** The end of a delimited value whose length comes next; within `limit`. */
  delimitedEnd(limit: number): number {
    const length = this.uint32();
    const end = this.pos + length;
    if (end > limit) throw new MalformedMessageError('a value is longer than what holds it');
    return end;
  }

  /** Passes over a value of a wire type; it must end within `limit`. */
  skip(wireType: number, limit: number): void {
    switch (wireType) {
      case varint:
        this.skipVarint();
        break;
      case fixed64:
        this.pos += 8;
        break;
      case delimited:
        this.pos = this.delimitedEnd(limit);
        break;
      case fixed32:
        this.pos += 4;
        break;
      default:
        throw new MalformedMessageError('it holds a group or an unknown wire type');
    }
    if (this.pos > limit) throw new MalformedMessageError('a value is longer than what holds it');
  }

  /** Whether the little-endian number that ends before `end` is a NaN or an infinity: all bits of its exponent are set. */
  isInfiniteOrNaN(end: number, width: 4 | 8): boolean {
    const high = (this.bytes[end - 1] ?? 0) & 0x7f;
    const low = this.bytes[end - 2] ?? 0;
    return high === 0x7f && (width === 8 ? low >= 0xf0 : low >= 0x80);
  }

  private skipVarint(): void {
    for (let length = 0; length < 10; length++) {
      const byte = this.bytes[this.pos++];
      if (byte === undefined) throw new MalformedMessageError('it ends in the middle of a number');
      if (byte < 0x80) return;
    }
    throw new MalformedMessageError('a number has more than 64 bits');
  }
}
