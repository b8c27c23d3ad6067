import { fingerprint } from '../../../src/core/model/fingerprint';

// The vectors of the FNV specification.
test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
])('the fingerprint of "%s" is its 32-bit FNV-1a hash', (text, hash) => {
  expect(fingerprint(text)).toBe(hash);
});
