import type { Logger } from '../../../../src/server/ports/logger';
import { RedisLegacySessionStore } from '../../../../src/server/stores/redis/redis-legacy-session-store';
import { unboundedCall } from '../../../support/calls';
import { FakeClock } from '../../../support/fake-clock';
import { uuid } from '../../../support/session-builder';
import { silentLog } from '../../../support/silent-log';
import { RedisUnderTest } from './redis-under-test';

const session = { tenantId: uuid(1), sessionId: uuid(3) };
const key = `legacy:${session.tenantId}:${session.sessionId}`;
const maxRecordBytes = 4 * 1024 * 1024;

describe('RedisLegacySessionStore', () => {
  let redis: RedisUnderTest;
  let clock: FakeClock;
  let store: RedisLegacySessionStore;
  let problems: unknown[];
  beforeAll(async () => {
    redis = await RedisUnderTest.start();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    clock = new FakeClock();
    problems = [];
    const error: Logger['error'] = (fields) => problems.push(fields['problem']);
    const log = { ...silentLog, error };
    const options = { keyTemplate: 'legacy:{tenant_id}:{session_id}', sessionTtlMs: 1_000, clock, log };
    store = new RedisLegacySessionStore(await redis.connect(), options);
    await redis.admin.del(key);
  });

  it('finds a record until its time to live has passed since its last activity', async () => {
    const lastActiveAt = clock.now();
    await redis.admin.set(key, JSON.stringify({ last_active_at: new Date(lastActiveAt).toISOString() }));
    clock.advance(999);
    expect(await store.find(session, unboundedCall)).toMatchObject({ lastActiveAt });
    clock.advance(1);
    expect(await store.find(session, unboundedCall)).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it('finds a record of the maximum size and logs a larger one', async () => {
    await redis.admin.set(key, '{}'.padEnd(maxRecordBytes));
    expect(await store.find(session, unboundedCall)).toBeDefined();
    await redis.admin.set(key, '{}'.padEnd(maxRecordBytes + 1));
    expect(await store.find(session, unboundedCall)).toBeUndefined();
    expect(problems).toEqual(['the record is larger than 4194304 bytes']);
  });

  it('logs a key of another type', async () => {
    await redis.admin.hset(key, 'field', 'value');
    expect(await store.find(session, unboundedCall)).toBeUndefined();
    expect(problems).toEqual(['the key does not hold a string']);
  });

  it('finds and deletes a record whose key has the ids in upper case', async () => {
    const ids = { tenantId: 'aaaaaaaa-0000-4000-8000-000000000001', sessionId: 'bbbbbbbb-0000-4000-8000-000000000002' };
    await redis.admin.set(`legacy:${ids.tenantId.toUpperCase()}:${ids.sessionId.toUpperCase()}`, '{"turn_count": 3}');
    expect(await store.find(ids, unboundedCall)).toMatchObject({ turnCount: 3 });
    expect(await store.delete(ids, unboundedCall)).toBe(true);
    expect(await store.find(ids, unboundedCall)).toBeUndefined();
  });

  it('deletes a record once', async () => {
    await redis.admin.set(key, '{}');
    expect(await store.delete(session, unboundedCall)).toBe(true);
    expect(await store.delete(session, unboundedCall)).toBe(false);
  });
});
