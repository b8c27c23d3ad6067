import { encodeKeyPair, encodeKeyPart } from '../../../../src/server/stores/embedded/embedded-keys';

describe('encodeKeyPart', () => {
  it('keeps an id of at most 300 safe characters', () => {
    const id = 'x'.repeat(300);
    expect(encodeKeyPart(id)).toBe(id);
  });

  it('hashes a longer id', () => {
    expect(encodeKeyPart('x'.repeat(301))).toMatch(/^:[0-9a-f]{64}$/);
  });

  it('escapes unsafe characters, and hashes the result above 300 characters', () => {
    expect(encodeKeyPart('/'.repeat(100))).toBe('%2F'.repeat(100));
    expect(encodeKeyPart('/'.repeat(101))).toMatch(/^:[0-9a-f]{64}$/);
  });

  it('keeps the longest keys below the limit of LMDB', () => {
    const id = 'x'.repeat(300);
    expect(encodeKeyPair(id, id).length + 4 * id.length).toBeLessThan(1_978);
  });
});
