import fc from 'fast-check';
import { decodeTurnBasis, encodeTurnBasis } from '../../../../src/server/codec/stored/turn-basis';

const versions = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.uuid(),
        fc.string(),
        fc.uuid().map((id) => id.toUpperCase()),
      ),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    ),
  )
  .map((entries) => new Map(entries));

test('a basis is equal after encoding and decoding', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), versions, (fingerprint, each) => {
      expect(decodeTurnBasis(encodeTurnBasis({ fingerprint, versions: each }))).toEqual({
        fingerprint,
        versions: each,
      });
    }),
  );
});

test('a basis without versions has 5 bytes, and one with a version 20 bytes more', () => {
  expect(encodeTurnBasis({ fingerprint: 1, versions: new Map() })).toHaveLength(5);
  const one = new Map([['0c2e1f3a-5b6d-4e7f-8a9b-0c1d2e3f4a5b', 7]]);
  expect(encodeTurnBasis({ fingerprint: 1, versions: one })).toHaveLength(25);
});

test('a basis of a newer release is read, without the fields that this release does not know', () => {
  const bytes = Buffer.concat([
    encodeTurnBasis({ fingerprint: 9, versions: new Map([['a', 2]]) }),
    Buffer.from([0x28, 1]),
  ]);
  expect(decodeTurnBasis(bytes)).toEqual({ fingerprint: 9, versions: new Map([['a', 2]]) });
});
