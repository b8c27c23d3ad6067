import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import { unboundedCall } from '../../../support/calls';
import { recordedHashes, recordedStreams } from '../recorded/bytes';
import {
  commitRecordedTurns,
  expectRecordedCatalogue,
  expectRecordedSession,
  putRecordedCatalogue,
  recordedAgent,
  recordedKey,
  withCurrentSession,
} from '../recorded/operations';
import { RedisUnderTest } from './redis-under-test';

const keyPrefix = 'so:';
const sessionKey = 'so:{tenant/session%20%2F%20of%20%7Bone%7D}:session';
const toBytes = (base64: string) => Buffer.from(base64, 'base64');

describe('Redis data of release 0.1.0', () => {
  let redis: RedisUnderTest;
  beforeEach(async () => {
    redis = await RedisUnderTest.start();
  });
  afterEach(() => redis.close());

  const openStore = () => redis.createStore({ keyPrefix, turnLimits: { recordedTurns: 10 }, cachedSessions: 0 });
  const openCatalogue = async () => new RedisCatalogue(await redis.connect(), { keyPrefix });

  /** Writes the recorded keys. */
  async function restore(): Promise<void> {
    for (const [key, fields] of Object.entries(recordedHashes)) {
      for (const [field, value] of Object.entries(fields)) await redis.admin.hset(key, field, toBytes(value));
    }
    for (const [key, entries] of Object.entries(recordedStreams)) {
      for (const [id, fields] of entries) await redis.admin.xadd(key, id, ...fields.map(toBytes));
    }
  }

  /** Reads all keys in the format of `recordedHashes` and `recordedStreams`. */
  async function dump() {
    const hashes: Record<string, Record<string, string>> = {};
    const streams: Record<string, (readonly [string, readonly string[]])[]> = {};
    for (const key of await redis.admin.keys('*')) {
      if ((await redis.admin.type(key)) === 'hash') {
        const fields = Object.entries(await redis.admin.hgetallBuffer(key));
        hashes[key] = Object.fromEntries(fields.map(([field, value]) => [field, value.toString('base64')]));
      } else {
        const entries = await redis.admin.xrangeBuffer(key, '-', '+');
        streams[key] = entries.map(([id, fields]) => [id.toString(), fields.map((field) => field.toString('base64'))]);
      }
    }
    return { hashes, streams };
  }

  it('is read', async () => {
    await restore();
    await expectRecordedSession(await openStore());
    await expectRecordedCatalogue(await openCatalogue());
  });

  it('is deleted completely', async () => {
    await restore();
    const store = await openStore();
    const catalogue = await openCatalogue();
    expect(await store.delete(recordedKey, unboundedCall)).toBe(true);
    expect(await catalogue.delete(recordedAgent, 'refund', 2, unboundedCall)).toEqual({
      kind: 'deleted',
      existed: true,
    });
    expect((await redis.admin.keys('*')).sort()).toEqual(['so:{tenant/agent%20%2F%20of%20%7Bone%7D}:catalogue']);
  });

  it('is identical to the data that the current release writes, except for the session and what is kept of its first turn', async () => {
    await commitRecordedTurns(await openStore());
    await putRecordedCatalogue(await openCatalogue());
    const { hashes, streams } = await dump();
    expect(streams).toEqual(recordedStreams);
    const { 'k:1': keptState, o: oldestCommit, ...fields } = hashes[sessionKey] ?? {};
    expect([keptState, oldestCommit]).toEqual(['', Buffer.from('1700000000010').toString('base64')]);
    expect({ ...hashes, [sessionKey]: fields }).toEqual(withCurrentSession(recordedHashes));
  });
});
