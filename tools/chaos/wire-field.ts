import { BinaryReader } from '@bufbuild/protobuf/wire';

const lengthDelimited = 2;

/**
 * The bytes of a message, string or bytes field, each time that it occurs, as they stand in an encoded message: what was sent,
 * not what a decoder and an encoder make of it.
 */
export function fieldBytes(message: Uint8Array, field: number): readonly Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === lengthDelimited) found.push(reader.bytes());
    else reader.skip(wireType, number);
  }
  return found;
}
