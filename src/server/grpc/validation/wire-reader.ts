/**
 * The wire types of proto3. The enum of protobuf-es is not used, because it is exported by a getter, which slows down the walk (ADR
 * 0010).
 */
export const wireTypes = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;
export type WireType = (typeof wireTypes)[keyof typeof wireTypes];
const { varint, fixed64, delimited, fixed32 } = wireTypes;

export const overrun = 'a value is longer than the message that contains it';
const truncatedNumber = 'it ends in the middle of a number';

/** The bytes are not a protobuf message of the expected type. */
export class MalformedMessageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedMessageError';
  }
}

/**
 * Reads the protobuf wire format from a byte array. Truncated values, varints with too many bits, and groups are malformed:
 * every method throws a MalformedMessageError for them.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  /** Index of the next byte to read. */
  pos = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reads a tag or a length: a varint of at most 32 bits. */
  readUint32(): number {
    const { bytes } = this;
    let byte = bytes[this.pos++];
    if (byte === undefined) throw this.createMalformedError(truncatedNumber);
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = bytes[this.pos++];
      if (byte === undefined) throw this.createMalformedError(truncatedNumber);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const highBits = bytes[this.pos++];
    if (highBits === undefined) throw this.createMalformedError(truncatedNumber);
    if (highBits > 0x0f) throw this.createMalformedError('a tag or a length has more than 32 bits');
    return (value | (highBits << 28)) >>> 0;
  }

  /** Reads a varint of at most 64 bits and returns its low 32 bits, as the decoders do for enums and int32. */
  readInt32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.pos++];
      if (byte === undefined) throw this.createMalformedError(truncatedNumber);
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw this.createMalformedError('a number has more than 64 bits');
  }

  /** Reads a varint below 2^49, exactly. */
  readUint49(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.bytes[this.pos++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw this.createMalformedError('a number has more than 49 bits');
  }

  /** Reads the length of a delimited value and returns the index after the value, which is at most `limit`. */
  readDelimitedEnd(limit: number): number {
    const length = this.readUint32();
    const end = this.pos + length;
    if (end > limit) throw this.createMalformedError(overrun);
    return end;
  }

  /** Skips a value of a wire type. The value must end at or before `limit`. */
  skip(wireType: number, limit: number): void {
    switch (wireType) {
      case varint:
        this.readInt32();
        break;
      case fixed64:
        this.pos += 8;
        break;
      case delimited:
        this.pos = this.readDelimitedEnd(limit);
        break;
      case fixed32:
        this.pos += 4;
        break;
      default:
        throw this.createMalformedError('it contains a group or an unknown wire type');
    }
    if (this.pos > limit) throw this.createMalformedError(overrun);
  }

  /** Creates the error for malformed bytes. */
  protected createMalformedError(description: string): Error {
    return new MalformedMessageError(description);
  }
}
