import fc from 'fast-check';
import { Command } from 'ioredis';
import { EncodedCommand } from '../../../../src/server/stores/redis/encoded-command';

const argument = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
  fc.integer(),
  fc.maxSafeNat(),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

const getLibraryBytes = (name: string, args: readonly (string | number | Buffer)[]): string =>
  Buffer.from(new Command(name, [...args]).toWritable({})).toString('hex');

describe('EncodedCommand', () => {
  it('has the bytes of a command of ioredis', () => {
    fc.assert(
      fc.property(fc.constantFrom('evalsha', 'eval', 'set'), fc.array(argument, { maxLength: 12 }), (name, args) => {
        const expected = getLibraryBytes(name, args);
        expect(new EncodedCommand(name, [...args]).toWritable().toString('hex')).toBe(expected);
      }),
    );
  });

  it('keeps the bytes of earlier commands that are not sent yet', () => {
    const sizes = [10, 20_000, 100, 40_000, 20_000, 30_000, 9, 65_536, 200_000, 1, 127, 128, 129, 9_999, 10_000];
    const all = [...sizes, ...sizes].map((size, index) => [
      `key ${index}`,
      Buffer.alloc(size, index),
      'ü'.repeat(size % 300),
    ]);
    const written = all.map((args) => new EncodedCommand('set', [...args]).toWritable());
    expect(written.map((bytes) => bytes.toString('hex'))).toEqual(all.map((args) => getLibraryBytes('set', args)));
  });

  it('is routed by the keys of a script', () => {
    expect(new EncodedCommand('evalsha', ['sha', 2, 'so:{p1}:a', 'so:{p1}:b', 'value']).getKeys()).toEqual([
      'so:{p1}:a',
      'so:{p1}:b',
    ]);
  });
});
