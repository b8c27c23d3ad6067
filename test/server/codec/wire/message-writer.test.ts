import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { MessageWriter } from '../../../../src/server/codec/wire/message-writer';
import { expectSameBytes } from '../bytes';

type Write = (writer: BinaryWriter) => unknown;

/** Creates calls of a method, half of them with numbers that take few bytes. */
function call<Value>(values: fc.Arbitrary<Value>, write: (writer: BinaryWriter, value: Value) => unknown) {
  return values.map(
    (value): Write =>
      (writer) =>
        write(writer, value),
  );
}

const smallNumber = fc.nat(300);
const uint32 = fc.oneof(smallNumber, fc.integer({ min: 0, max: 0xffff_ffff }));
const int32 = fc.oneof(smallNumber, fc.integer());
const int64 = fc.oneof(smallNumber, fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
const uint64 = fc.oneof(smallNumber, fc.maxSafeNat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
  fc.tuple(fc.constantFrom('a', 'é', '€', '😀', '\ud800'), fc.nat(9_000)).map(([unit, count]) => unit.repeat(count)),
);

/** A row for every method of the library, so that none writes to the buffer of the library. */
const calls: Readonly<Record<Exclude<keyof BinaryWriter, 'finish' | 'fork' | 'join'>, fc.Arbitrary<Write>>> = {
  tag: call(fc.integer({ min: 1, max: 0x1fff_ffff }), (writer, field) => writer.tag(field, 2)),
  raw: call(bytes, (writer, value) => writer.raw(value)),
  uint32: call(uint32, (writer, value) => writer.uint32(value)),
  int32: call(int32, (writer, value) => writer.int32(value)),
  bool: call(fc.boolean(), (writer, value) => writer.bool(value)),
  bytes: call(bytes, (writer, value) => writer.bytes(value)),
  string: call(text, (writer, value) => writer.string(value)),
  float: call(fc.float(), (writer, value) => writer.float(value)),
  double: call(fc.double(), (writer, value) => writer.double(value)),
  fixed32: call(uint32, (writer, value) => writer.fixed32(value)),
  sfixed32: call(int32, (writer, value) => writer.sfixed32(value)),
  sint32: call(int32, (writer, value) => writer.sint32(value)),
  fixed64: call(uint64, (writer, value) => writer.fixed64(value)),
  sfixed64: call(int64, (writer, value) => writer.sfixed64(value)),
  int64: call(int64, (writer, value) => writer.int64(value)),
  sint64: call(int64, (writer, value) => writer.sint64(value)),
  uint64: call(uint64, (writer, value) => writer.uint64(value)),
};

const { messages } = fc.letrec<{ messages: readonly Write[]; message: Write }>((tie) => ({
  messages: fc.array(fc.oneof({ withCrossShrink: true }, ...Object.values(calls), tie('message')), { maxLength: 12 }),
  message: tie('messages').map(
    (writes): Write =>
      (writer) => {
        writer.fork();
        for (const write of writes) write(writer);
        writer.join();
      },
  ),
}));

describe('MessageWriter', () => {
  it('has the bytes of the library, also when it is used again', () => {
    const writer = new MessageWriter();
    fc.assert(
      fc.property(messages, (writes) => {
        const library = new BinaryWriter();
        for (const write of writes) {
          write(library);
          write(writer);
        }
        expectSameBytes(writer.finish(), library.finish());
      }),
      { numRuns: 300 },
    );
  });

  it.each(Object.entries(calls))('has the bytes of the library for %s', (_method, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (write) => {
        const [writer, library] = [new MessageWriter(), new BinaryWriter()];
        write(writer);
        write(library);
        expectSameBytes(writer.finish(), library.finish());
      }),
    );
  });

  it('writes messages around each limit of the length in front of them', () => {
    const writer = new MessageWriter();
    for (const length of [0, 127, 128, 16_383, 16_384, 70_000, 2_097_151, 2_097_152]) {
      const write: Write = (target) => target.fork().raw(new Uint8Array(length).fill(7)).join().uint32(9);
      const library = new BinaryWriter();
      write(writer);
      write(library);
      expectSameBytes(writer.finish(), library.finish());
    }
  });

  it('refuses the numbers that the library refuses', () => {
    const writer = new MessageWriter();
    const invalid: readonly Write[] = [
      (target) => target.uint32(-1),
      (target) => target.uint32(1.5),
      (target) => target.uint32(2 ** 32),
      (target) => target.uint32(Number.NaN),
      (target) => target.int32(2 ** 31),
      (target) => target.int32(0.5),
      (target) => target.fixed32(-1),
      (target) => target.join(),
    ];
    for (const write of invalid) {
      expect(() => write(new BinaryWriter())).toThrow();
      expect(() => write(writer)).toThrow();
    }
  });
});
