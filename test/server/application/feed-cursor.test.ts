import { decodeCursor, encodeCursor } from '../../../src/server/application/feed-cursor';
import type { FeedPosition } from '../../../src/server/ports/turn-feed';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { uuid } from '../../support/session-builder';

const tenantId = uuid(1);

describe('a cursor', () => {
  it.each([1, 2, 256, 1_024])('returns the positions of %s partitions', (partitions) => {
    const random = new SeededRandom(partitions);
    const positions = Array.from({ length: partitions }, (): FeedPosition => {
      const number = random.nextBoolean(0.2) ? 0 : Math.floor(2 ** (random.next() * 52));
      return { number, mark: number === 0 ? 0 : random.nextInt(65_522) };
    });
    expect(decodeCursor(tenantId, partitions, encodeCursor(tenantId, positions))).toEqual(positions);
  });

  it('with the largest positions has at most as many characters as the contract allows', () => {
    const positions = Array.from({ length: 1_024 }, () => ({ number: 2 ** 52, mark: 65_521 }));
    expect(encodeCursor(tenantId, positions).length).toBeLessThanOrEqual(16_384);
  });

  it('is persistent', () => {
    expect(encodeCursor(tenantId, [{ number: 300, mark: 4_711 }])).toBe('Ac9wPaIAAawCEmc');
  });

  it('of another tenant or number of partitions, or one that was changed in length, is refused', () => {
    const positions = [1, 2].map((number) => ({ number, mark: number }));
    const cursor = encodeCursor(tenantId, positions);
    const bytes = Buffer.from(cursor, 'base64url');
    const cut = Array.from({ length: bytes.length }, (_, length) => bytes.subarray(0, length).toString('base64url'));
    const longer = Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64url');
    expect(() => decodeCursor(uuid(2), 2, cursor)).toThrow('violates the contract');
    expect(() => decodeCursor(tenantId, 3, cursor)).toThrow('violates the contract');
    for (const text of [...cut, longer, 'not a cursor', '%%%']) {
      expect(() => decodeCursor(tenantId, 2, text)).toThrow('violates the contract');
    }
  });
});
