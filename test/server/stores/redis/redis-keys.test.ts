import { createHash } from 'node:crypto';
import {
  encodeKeyPart,
  encodeSessionId,
  getPartition,
  getSessionKeys,
  parseEarlierSessionKey,
} from '../../../../src/server/stores/redis/redis-keys';
import { uuid } from '../../../support/session-builder';

/** A UUID that looks random, and is the same in every run. */
function toUuid(number: number): string {
  const hex = createHash('sha256').update(String(number)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

describe('the keys of a session', () => {
  it('are persistent', () => {
    const key = { tenantId: uuid(1), sessionId: uuid(3) };
    expect(getSessionKeys({ prefix: 'so:', partitions: 256 }, key)).toEqual({
      id: `${uuid(1)}/${uuid(3)}`,
      session: `so:{p156}:s:${uuid(1)}/${uuid(3)}`,
      turnLog: `so:{p156}:t:${uuid(1)}/${uuid(3)}`,
      partition: {
        partition: 156,
        feed: `so:{p156}:feed:${uuid(1)}`,
        count: `so:{p156}:count:${uuid(1)}`,
        index: `so:{p156}:index:${uuid(1)}`,
        order: `so:{p156}:order:${uuid(1)}`,
        expiry: 'so:{p156}:expiry',
        feedChannel: `so:feed:${uuid(1)}`,
        due: 'so:{p156}:due',
      },
    });
    expect([1, 16, 17, 256, 1_024].map((partitions) => getPartition(encodeSessionId(key), partitions))).toEqual([
      0, 12, 6, 156, 412,
    ]);
  });

  it.each<[string, (number: number) => string]>([
    ['random', toUuid],
    ['consecutive', uuid],
  ])('spread %s sessions evenly over the partitions', (_, toId) => {
    const counts = new Array<number>(256).fill(0);
    const tenantId = toUuid(-1);
    for (let i = 0; i < 12_800; i += 1) {
      const partition = getPartition(encodeSessionId({ tenantId, sessionId: toId(i) }), 256);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    // The expected number is 50, with a standard deviation of 7.
    expect(Math.min(...counts)).toBeGreaterThan(20);
    expect(Math.max(...counts)).toBeLessThan(90);
  });

  it('of different sessions are different', () => {
    const ids = ['a', 'a/b', 'b', '{a}', 'a:b', '%', 'p1', '', ' '];
    const sessions = ids.flatMap((tenantId) => ids.map((sessionId) => ({ tenantId, sessionId })));
    const keys = sessions.flatMap((key) => {
      const { session, turnLog } = getSessionKeys({ prefix: 'so:', partitions: 4 }, key);
      return [session, turnLog];
    });
    expect(new Set(keys).size).toBe(2 * sessions.length);
  });

  it('of an earlier release are parsed', () => {
    for (const id of ['a', 'a/b', '{a}', 'a:b', '%', 'ä', ' ', uuid(7)]) {
      const tag = `so:{${encodeKeyPart(id)}/${encodeKeyPart(id)}}`;
      expect(parseEarlierSessionKey('so:', `${tag}:session`)).toEqual({
        session: { tenantId: id, sessionId: id },
        keys: { session: `${tag}:session`, turnLog: `${tag}:turns` },
      });
    }
    for (const key of ['so:{a/b}:turns', 'so:{a}:session', 'so:{a/b/c}:session', 'sa:{a/b}:session', '{a/b}:session']) {
      expect(parseEarlierSessionKey('so:', key)).toBeUndefined();
    }
  });
});
