import { convertStore } from '../../../../src/server/stores/redis/convert-store';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import { defaultPartitions, getLayoutKey, getSessionKeys } from '../../../../src/server/stores/redis/redis-keys';
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
import { dumpKeys, restoreKeys } from './recorded-keys';
import { RedisUnderTest } from './redis-under-test';

const keyPrefix = 'so:';
const keySpace = { prefix: keyPrefix, partitions: defaultPartitions };
const earlierSessionKey = 'so:{tenant/session%20%2F%20of%20%7Bone%7D}:session';
const sessionKeys = getSessionKeys(keySpace, recordedKey);

describe('Redis data of release 0.1.0', () => {
  let redis: RedisUnderTest;
  beforeEach(async () => {
    redis = await RedisUnderTest.start();
  });
  afterEach(() => redis.close());

  const openStore = () => redis.createStore({ keyPrefix, turnLimits: { recordedTurns: 10 }, cachedSessions: 0 });
  const openCatalogue = async () => new RedisCatalogue(await redis.connect(), { keyPrefix });

  /** Writes the recorded keys and converts them. */
  async function restore(): Promise<void> {
    await restoreKeys(redis.admin, { hashes: recordedHashes, streams: recordedStreams });
    await convertStore(await redis.connect(), { keySpace, isDryRun: false, now: Date.now() }, unboundedCall);
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
    const { feed, count } = sessionKeys.partition;
    const left = [getLayoutKey(keyPrefix), 'so:{tenant/agent%20%2F%20of%20%7Bone%7D}:catalogue', feed, count];
    // The event of the deletion has no value of the customer.
    expect((await redis.admin.keys('*')).sort()).toEqual(left.sort());
  });

  it('is identical to the data that the current release writes, except for the session and what is kept of its first turn', async () => {
    await commitRecordedTurns(await openStore());
    await putRecordedCatalogue(await openCatalogue());
    const { hashes, streams } = await dumpKeys(redis.admin);
    expect(streams[sessionKeys.turnLog]).toEqual(Object.values(recordedStreams)[0]);
    const { 'k:1': keptState, o: oldestCommit, m: lastMessageAt, ...fields } = hashes[sessionKeys.session] ?? {};
    expect([keptState, oldestCommit]).toEqual(['', Buffer.from('1700000000010').toString('base64')]);
    expect(lastMessageAt).toBeDefined();
    const { count, index } = sessionKeys.partition;
    const others = [getLayoutKey(keyPrefix), sessionKeys.session, count, index];
    const catalogue = Object.fromEntries(Object.entries(hashes).filter(([key]) => !others.includes(key)));
    expect({ ...catalogue, [earlierSessionKey]: fields }).toEqual(withCurrentSession(recordedHashes));
  });
});
