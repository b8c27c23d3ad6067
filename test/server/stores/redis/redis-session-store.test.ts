import type { SessionKey } from '../../../../src/core/model/session';
import { readStep } from '../../../../src/server/application/feed-reader';
import { defaultFeedLimits } from '../../../../src/server/ports/turn-feed';
import { encodeSessionId } from '../../../../src/server/stores/redis/redis-keys';
import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { aSession, uuid } from '../../../support/session-builder';
import { testSessionStore } from '../contract/session-store.contract';
import type { SessionStoreSettings } from '../contract/session-store-under-test';
import { aCommit, applyTurn } from '../contract/turn-driver';
import { readAll } from '../contract/turn-feed.contract';
import type { StoreSettings } from './clients-under-test';
import { RedisUnderTest } from './redis-under-test';
import { interceptPacking, keysUnder, openStoreOn } from './session-store-under-test';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

describe('RedisSessionStore', () => {
  let redis: RedisUnderTest;
  beforeAll(async () => {
    redis = await RedisUnderTest.start();
  });
  afterAll(() => redis.close());

  const listKeys = (prefix: string, sessionKey: SessionKey) =>
    redis.admin.keys(`${prefix}{p*}:?:${encodeSessionId(sessionKey)}`);

  const open = (parts: StoreSettings) => (settings: SessionStoreSettings) =>
    openStoreOn(
      { clients: redis.clients, admin: redis.admin, listKeys: (pattern) => redis.admin.keys(pattern) },
      parts,
    )(settings);

  describe('with a cache', () => testSessionStore(open({})));
  describe('without a cache', () => testSessionStore(open({ cachedSessions: 0 })));
  describe('with a cache for one session', () => testSessionStore(open({ cachedSessions: 1 })));

  describe('round trips', () => {
    it('a turn of a cached session needs one round trip', async () => {
      const store = await redis.createStore();
      await applyTurn(store, key, uuid(1));
      const commands = await redis.recordCommands(async () => {
        for (let turn = 2; turn <= 8; turn += 1) await applyTurn(store, key, uuid(turn));
      });
      expect(commands).toEqual(Array.from({ length: 7 }, () => 'evalsha'));
    });

    it('a turn that removes another turn from the turn log needs one round trip', async () => {
      const store = await redis.createStore({ turnLimits: { recordedTurns: 3 } });
      for (let turn = 1; turn <= 3; turn += 1) await applyTurn(store, key, uuid(turn));
      const commands = await redis.recordCommands(async () => {
        for (let turn = 4; turn <= 9; turn += 1) await applyTurn(store, key, uuid(turn));
      });
      expect(commands).toEqual(Array.from({ length: 6 }, () => 'evalsha'));
    });

    it('13: a turn that supersedes another one needs two round trips', async () => {
      const store = await redis.createStore();
      await applyTurn(store, key, uuid(1));
      const commands = await redis.recordCommands(async () => {
        const { session } = await store.load(key, uuid(2), unboundedCall, { includesStateBefore: true });
        await store.commit({ ...aCommit(session ?? aSession(), uuid(2)), stateBefore: aSession() }, unboundedCall);
      });
      expect(commands).toEqual(['evalsha', 'evalsha']);
    });

    it('the first turn of a session on a node needs two round trips', async () => {
      const store = await redis.createStore();
      await applyTurn(store, { ...key, sessionId: uuid(4) }, uuid(1));
      const commands = await redis.recordCommands(async () => {
        await applyTurn(store, key, uuid(1));
      });
      expect(commands).toEqual(['evalsha', 'evalsha']);
    });

    it('a turn after a commit of another node needs two round trips, and the next turn needs one', async () => {
      const keyPrefix = redis.nextPrefix();
      const [a, b] = [await redis.createStore({ keyPrefix }), await redis.createStore({ keyPrefix })];
      await applyTurn(a, key, uuid(1));
      await applyTurn(b, key, uuid(2));
      const commands = await redis.recordCommands(async () => {
        expect(await applyTurn(a, key, uuid(3))).toEqual({ kind: 'committed' });
        expect(await applyTurn(a, key, uuid(4))).toEqual({ kind: 'committed' });
      });
      expect(commands).toEqual(['evalsha', 'evalsha', 'evalsha']);
      expect((await b.read(key, unboundedCall))?.revision).toBe(4);
    });
  });

  describe('two nodes', () => {
    it('apply a turn that is sent to both only once, and return the same record', async () => {
      const keyPrefix = redis.nextPrefix();
      const [a, b] = [await redis.createStore({ keyPrefix }), await redis.createStore({ keyPrefix })];
      await applyTurn(a, key, uuid(1));
      await applyTurn(b, key, uuid(1));
      const outcomes = await Promise.all([a, b, a, b].map((store) => applyTurn(store, key, uuid(2))));
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
      const again = await Promise.all([a, b].map((store) => applyTurn(store, key, uuid(2))));
      expect(again[0]).toMatchObject({ kind: 'known', record: { revision: 2 } });
      expect(again[0]).toEqual(again[1]);
    });

    it('pack the same turns once', async () => {
      const keyPrefix = redis.nextPrefix();
      const packingLimits = { turnsPerBlock: 4, unpackedTurns: 1 };
      const other = await redis.createStore({ keyPrefix, packingLimits });
      let hasWaited = false;
      const connection = interceptPacking(await redis.connect(), async () => {
        for (let turn = 6; turn <= 9; turn += 1) await applyTurn(other, key, uuid(turn));
        await other.waitUntilPacked();
        hasWaited = true;
      });
      const store = redis.clients.createStoreOn(connection, { keyPrefix, packingLimits });
      for (let turn = 1; turn <= 5; turn += 1) await applyTurn(store, key, uuid(turn));
      await store.waitUntilPacked();
      expect(hasWaited).toBe(true);
      const { turns } = await store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall);
      expect(turns.map(({ turnId }) => turnId)).toEqual(Array.from({ length: 9 }, (_, index) => uuid(index + 1)));
      expect(await redis.admin.xlen(keysUnder(keyPrefix, key).turnLog)).toBe(1);
    });

    it('apply all concurrent turns', async () => {
      const keyPrefix = redis.nextPrefix();
      const nodes = [await redis.createStore({ keyPrefix }), await redis.createStore({ keyPrefix })];
      const turnIds = Array.from({ length: 60 }, (_, index) => uuid(index));
      const outcomes = await Promise.all(
        turnIds.flatMap((turnId) => nodes.map((store) => applyTurn(store, key, turnId))),
      );
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(60);
      const turns = (await nodes[0]?.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall))?.turns ?? [];
      expect(turns.map(({ revision }) => revision)).toEqual(turnIds.map((_, index) => index + 1));
      expect(turns.map(({ turnId }) => turnId).sort()).toEqual(turnIds);
    });

    it('see a commit of the other node with a fresh load', async () => {
      const keyPrefix = redis.nextPrefix();
      const [a, b] = [await redis.createStore({ keyPrefix }), await redis.createStore({ keyPrefix })];
      await applyTurn(a, key, uuid(1));
      await applyTurn(b, key, uuid(2));
      expect((await a.load(key, uuid(2), unboundedCall)).session?.revision).toBe(1);
      expect(await a.load(key, uuid(2), unboundedCall, { skipsCache: true })).toMatchObject({
        session: { revision: 2 },
        recordedTurn: { turnId: uuid(2), revision: 2 },
      });
    });

    it('see that the other node deleted the session', async () => {
      const keyPrefix = redis.nextPrefix();
      const [a, b] = [await redis.createStore({ keyPrefix }), await redis.createStore({ keyPrefix })];
      await applyTurn(a, key, uuid(1));
      await b.delete(key, unboundedCall);
      expect(await applyTurn(a, key, uuid(2))).toEqual({ kind: 'committed' });
      expect((await b.read(key, unboundedCall))?.revision).toBe(1);
    });
  });

  describe('keys', () => {
    it('have the same time to live, which every turn resets', async () => {
      const { store, keyPrefix } = await open({ sessionTtlMs: 60_000 })({ turnLimits: { recordedTurns: 10 } });
      await applyTurn(store, key, uuid(1));
      const keys = await listKeys(keyPrefix, key);
      const { session, turnLog } = keysUnder(keyPrefix, key);
      expect([...keys].sort()).toEqual([session, turnLog]);
      const times = async () => Promise.all(keys.map((name) => redis.admin.pexpiretime(name)));
      for (const name of keys) await redis.admin.pexpire(name, 1_000);
      const before = await times();
      await applyTurn(store, key, uuid(2));
      const [first = 0, second = 0] = await times();
      expect(first).toBe(second);
      expect(first).toBeGreaterThan(Math.max(...before));
    });

    it('do not contain removed turns, even if one commit removes many', async () => {
      const keyPrefix = redis.nextPrefix();
      const [many, few] = [
        await redis.createStore({ keyPrefix }),
        await redis.createStore({ keyPrefix, turnLimits: { recordedTurns: 3 } }),
      ];
      for (let turn = 1; turn <= 250; turn += 1) await applyTurn(many, key, uuid(turn));
      await applyTurn(few, key, uuid(251));
      const { turns } = await few.listTurns({ key, afterRevision: 0, limit: 1_000 }, unboundedCall);
      expect(turns.map(({ revision }) => revision)).toEqual([249, 250, 251]);
      const fields = await redis.admin.hkeys(keysUnder(keyPrefix, key).session);
      expect(fields.sort()).toEqual([
        'b',
        'br',
        'm',
        'o',
        'r',
        's',
        `t:${uuid(249)}`,
        `t:${uuid(250)}`,
        `t:${uuid(251)}`,
      ]);
    });

    it('13: have the state before a turn only for that turn, even if an earlier release committed a later one', async () => {
      const { store, keyPrefix } = await open({})({ turnLimits: { recordedTurns: 10 } });
      await applyTurn(store, key, uuid(1));
      const options = { includesStateBefore: true };
      expect((await store.load(key, uuid(2), unboundedCall, options)).stateBefore).toBeDefined();
      await redis.admin.hset(keysUnder(keyPrefix, key).session, 'r', '2');
      expect((await store.load(key, uuid(2), unboundedCall, options)).stateBefore).toBeUndefined();
    });

    it('do not prevent a commit if they remain after an eviction', async () => {
      const { store, keyPrefix } = await open({})({ turnLimits: { recordedTurns: 10 } });
      await applyTurn(store, key, uuid(1));
      await applyTurn(store, key, uuid(2));
      await redis.admin.del(keysUnder(keyPrefix, key).session);
      expect(await applyTurn(store, key, uuid(1))).toEqual({ kind: 'committed' });
      expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toMatchObject([
        { revision: 1, turnId: uuid(1) },
      ]);
    });

    it('have the time to live of a session after an import, and the first turn resets it', async () => {
      const { store, keyPrefix } = await open({ sessionTtlMs: 60_000 })({ turnLimits: { recordedTurns: 10 } });
      const [session, turns] = [keysUnder(keyPrefix, key).session, keysUnder(keyPrefix, key).turnLog];
      await store.create(aSession({ importedFrom: 'a record' }), unboundedCall);
      expect(await listKeys(keyPrefix, key)).toEqual([session]);
      expect(await redis.admin.pttl(session)).toBeGreaterThan(0);
      await redis.admin.pexpire(session, 10_000);
      const before = await redis.admin.pexpiretime(session);
      await applyTurn(store, key, uuid(1));
      const after = await Promise.all([session, turns].map((name) => redis.admin.pexpiretime(name)));
      expect(after[0]).toBeGreaterThan(before);
      expect(after[1]).toBe(after[0]);
    });

    it('do not prevent an import if they remain after an eviction', async () => {
      const { store, keyPrefix } = await open({})({ turnLimits: { recordedTurns: 10 } });
      for (const turn of [1, 2, 3]) await applyTurn(store, key, uuid(turn));
      await redis.admin.del(keysUnder(keyPrefix, key).session);
      const imported = aSession({ importedFrom: 'a record' });
      expect(await store.create(imported, unboundedCall)).toEqual({ session: imported, created: true });
      expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toEqual([]);
      expect(await applyTurn(store, key, uuid(1))).toEqual({ kind: 'committed' });
    });

    it('make an import fail before the first write if they have another type', async () => {
      const { store, keyPrefix } = await open({})({ turnLimits: { recordedTurns: 10 } });
      const log = keysUnder(keyPrefix, key).turnLog;
      await redis.admin.set(log, 'a string');
      await expect(store.create(aSession({ importedFrom: 'a record' }), unboundedCall)).rejects.toThrow('WRONGTYPE');
      expect(await listKeys(keyPrefix, key)).toEqual([log]);
    });

    it('make a commit fail before the first write if they have another type', async () => {
      const { store, keyPrefix } = await open({})({ turnLimits: { recordedTurns: 10 } });
      const log = keysUnder(keyPrefix, key).turnLog;
      await redis.admin.set(log, 'a string');
      await expect(store.commit(aCommit(aSession(), uuid(1)), unboundedCall)).rejects.toThrow('WRONGTYPE');
      expect(await listKeys(keyPrefix, key)).toEqual([log]);
    });

    it.each(['feed', 'count'] as const)(
      'make a commit and a deletion change nothing if the %s has another type',
      async (name) => {
        const { store, keyPrefix } = await open({})({ turnLimits: { recordedTurns: 10 } });
        await applyTurn(store, key, uuid(1));
        const { partition, session } = keysUnder(keyPrefix, key);
        await redis.admin.set(partition[name], 'a string');
        const before = await redis.admin.hgetall(session);
        await expect(applyTurn(store, key, uuid(2))).rejects.toThrow('WRONGTYPE');
        await expect(store.delete(key, unboundedCall)).rejects.toThrow('WRONGTYPE');
        expect(await redis.admin.hgetall(session)).toEqual(before);
        expect(await redis.admin.xlen(keysUnder(keyPrefix, key).turnLog)).toBe(1);
      },
    );

    it('of the feed do not prevent a commit if its position was evicted', async () => {
      const { store, feed, keyPrefix } = await open({})({ turnLimits: { recordedTurns: 10 } });
      for (const turn of [1, 2, 3]) await applyTurn(store, key, uuid(turn));
      await redis.admin.del(keysUnder(keyPrefix, key).partition.count);
      expect(await applyTurn(store, key, uuid(4))).toEqual({ kind: 'committed' });
      expect((await readAll(feed)).map(({ position }) => position.number)).toEqual([1]);
    });

    it('of the feed expire, and a reader learns how many events are missing', async () => {
      const feedLimits = { ...defaultFeedLimits, ageMs: 50 };
      const { store, feed, keyPrefix } = await open({})({ partitions: 1, feedLimits });
      for (const turn of [1, 2, 3]) await applyTurn(store, key, uuid(turn));
      const keys = `${keyPrefix}{p0}:feed:*`;
      await eventually(async () => (await redis.admin.keys(keys)).length === 0);
      await applyTurn(store, key, uuid(4));
      const step = await readStep(feed, key.tenantId, 0, { number: 1, mark: 0 }, unboundedCall);
      // The fourth event may have expired, too.
      expect(step.gap).toEqual({ reason: 'RETENTION', missingEvents: step.entries.length === 1 ? 2 : 3 });
    });

    it('must not have a prefix with braces', async () => {
      await expect(redis.createStore({ keyPrefix: 'a{b}' })).rejects.toThrow('braces');
    });
  });
});
