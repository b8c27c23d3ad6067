import { MalformedMessageError, WireReader, wireTypes } from '../../../../src/server/grpc/validation/wire-reader';

const reader = (...bytes: readonly number[]) => new WireReader(Uint8Array.from(bytes));

describe('readUint32', () => {
  test.each([
    [[0x00], 0],
    [[0x7f], 127],
    [[0x80, 0x01], 128],
    [[0xff, 0x7f], 16_383],
    [[0x80, 0x80, 0x80, 0x01], 2 ** 21],
    [[0xff, 0xff, 0xff, 0x7f], 2 ** 28 - 1],
    [[0x80, 0x80, 0x80, 0x80, 0x01], 2 ** 28],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 2 ** 32 - 1],
    [[0x81, 0x80, 0x00], 1],
  ])('reads %j as %d', (bytes, value) => {
    const wire = reader(...bytes, 0xaa);
    expect(wire.readUint32()).toBe(value);
    expect(wire.pos).toBe(bytes.length);
  });

  test.each([
    ['an empty input', [], 'ends in the middle of a number'],
    ['a truncated number', [0x80], 'ends in the middle of a number'],
    ['a number that is truncated after four bytes', [0x80, 0x80, 0x80, 0x80], 'ends in the middle of a number'],
    ['33 bits', [0xff, 0xff, 0xff, 0xff, 0x10], 'more than 32 bits'],
    ['six bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x01], 'more than 32 bits'],
  ])('rejects %s', (_what, bytes, message) => {
    expect(() => reader(...bytes).readUint32()).toThrow(MalformedMessageError);
    expect(() => reader(...bytes).readUint32()).toThrow(message);
  });
});

describe('readInt32', () => {
  const minusOne = [...Array<number>(9).fill(0xff), 0x01];

  test.each([
    [[0x07], 7],
    [[0x80, 0x01], 128],
    [[0xff, 0xff, 0xff, 0xff, 0x07], 2 ** 31 - 1],
    [minusOne, -1],
    // The low 32 bits only, as the decoders read it.
    [[0x80, 0x80, 0x80, 0x80, 0x10], 0],
  ])('reads %j as %d', (bytes, value) => {
    const wire = reader(...bytes, 0xaa);
    expect(wire.readInt32()).toBe(value);
    expect(wire.pos).toBe(bytes.length);
  });

  test.each([
    ['a truncated number', [0x80], 'ends in the middle of a number'],
    ['a number of eleven bytes', [...Array<number>(10).fill(0x80), 0x01], 'more than 64 bits'],
  ])('rejects %s', (_what, bytes, message) => {
    expect(() => reader(...bytes).readInt32()).toThrow(message);
  });
});

describe('readDelimitedEnd', () => {
  test('returns the index after the value', () => {
    expect(reader(0x03, 1, 2, 3).readDelimitedEnd(4)).toBe(4);
  });

  test('rejects a value that extends past the limit', () => {
    expect(() => reader(0x03, 1, 2, 3).readDelimitedEnd(3)).toThrow('longer than the message that contains it');
  });
});

describe('skip', () => {
  test.each([
    ['a varint', wireTypes.varint, [0x80, 0x01], 2],
    ['64 bits', wireTypes.fixed64, [0, 0, 0, 0, 0, 0, 0, 0], 8],
    ['a delimited value', wireTypes.delimited, [0x02, 0, 0], 3],
    ['32 bits', wireTypes.fixed32, [0, 0, 0, 0], 4],
  ])('skips %s up to the limit, and rejects it above', (_what, wireType, bytes, length) => {
    const wire = reader(...bytes, 0, 0);
    wire.skip(wireType, length);
    expect(wire.pos).toBe(length);
    expect(() => reader(...bytes, 0, 0).skip(wireType, length - 1)).toThrow('longer than the message');
  });

  test.each([3, 4, 6, 7])('rejects the wire type %d', (wireType) => {
    expect(() => reader(0).skip(wireType, 1)).toThrow('a group or an unknown wire type');
  });
});

test('a malformed message error has its class name', () => {
  expect(new MalformedMessageError('text').name).toBe('MalformedMessageError');
});
