import type { SessionKey } from '../../../../src/core/model/session';
import { decodeCursor, encodeCursor } from '../../../../src/server/application/feed-cursor';
import { readStep } from '../../../../src/server/application/feed-reader';
import {
  defaultFeedLimits,
  type FeedEntry,
  type FeedEvent,
  type FeedPosition,
  maxConsumers,
  type TurnFeed,
} from '../../../../src/server/ports/turn-feed';
import { callUntil, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { aSession, uuid } from '../../../support/session-builder';
import type { OpenSessionStore, SessionStoreSettings, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit, applyTurn, aSummary } from './turn-driver';

const tenantId = uuid(1);
const key: SessionKey = { tenantId, sessionId: uuid(3) };
const origin: FeedPosition = { number: 0, mark: 0 };

/** Defines the tests of the feed that every SessionStore writes. */
export function testTurnFeed(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  afterEach(() => storeUnderTest.close());

  const openStore = async (settings: SessionStoreSettings = {}) => {
    storeUnderTest = await open({ turnLimits: { recordedTurns: 1_000 }, partitions: 4, ...settings });
    return storeUnderTest;
  };

  it('has one event per turn, in the order of each session, with ids and reasons and no value of a customer', async () => {
    const { store } = await openStore();
    const sessions = [1, 2, 3, 4, 5].map((number) => ({ tenantId, sessionId: uuid(number) }));
    for (let turn = 1; turn <= 4; turn += 1) {
      for (const session of sessions) await applyTurn(store, session, uuid(100 + turn));
    }
    const events = (await readAll(storeUnderTest.feed)).map(({ event }) => event);
    expect(events).toHaveLength(20);
    for (const { sessionId } of sessions) {
      expect(events.filter((event) => event.sessionId === sessionId)).toEqual(
        [1, 2, 3, 4].map((turn) => ({
          kind: 'turn',
          agentId: uuid(2),
          sessionId,
          revision: turn,
          turnId: uuid(100 + turn),
          committedAt: 1_700_000_000_500 + turn,
          ...aSummary(),
        })),
      );
    }
  });

  it('has nothing of a turn that was known, in conflict or too large, and of an import', async () => {
    const { store, feed } = await openStore({ sessionLimits: { maxBytes: 2_000, maxVariables: 10 } });
    await applyTurn(store, key, uuid(100));
    await applyTurn(store, key, uuid(100));
    await store.commit(aCommit(aSession({ ...key, revision: 7 }), uuid(101)), unboundedCall);
    const large = aSession({ ...key, sessionId: uuid(4), declinedFields: ['x'.repeat(3_000)] });
    await expect(store.commit(aCommit(large, uuid(100)), unboundedCall)).rejects.toMatchObject({
      reason: 'SESSION_TOO_LARGE',
    });
    await store.create(aSession({ ...key, sessionId: uuid(5), importedFrom: 'a record' }), unboundedCall);
    expect((await readAll(feed)).map(({ event }) => event.sessionId)).toEqual([key.sessionId]);
  });

  it('has a deletion once, after the turns of the session, and the turns of the session that follows it', async () => {
    const { store } = await openStore();
    await applyTurn(store, key, uuid(100));
    expect(await store.delete(key, unboundedCall)).toBe(true);
    expect(await store.delete(key, unboundedCall)).toBe(false);
    await applyTurn(store, key, uuid(101));
    const events = (await readAll(storeUnderTest.feed)).map(({ event }) => event);
    expect(events.map(describeEvent)).toEqual([`1 ${uuid(100)}`, 'deleted', `1 ${uuid(101)}`]);
    expect(events[1]).toEqual({ kind: 'deleted', sessionId: key.sessionId, committedAt: expect.any(Number) });
  });

  it('is separate for each tenant', async () => {
    const { store, feed } = await openStore();
    await applyTurn(store, key, uuid(100));
    await applyTurn(store, { ...key, tenantId: uuid(9) }, uuid(101));
    expect((await readAll(feed)).map(({ event }) => describeEvent(event))).toEqual([`1 ${uuid(100)}`]);
    expect((await readAll(feed, uuid(9))).map(({ event }) => describeEvent(event))).toEqual([`1 ${uuid(101)}`]);
    expect(await readAll(feed, uuid(8))).toEqual([]);
  });

  it('continues after a position, in pages of any size, with the same positions', async () => {
    const { store, feed } = await openStore({ partitions: 1 });
    for (let turn = 1; turn <= 10; turn += 1) await applyTurn(store, key, uuid(100 + turn));
    const all = await readAll(feed);
    expect(all.map(({ position }) => position.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const [index, { position }] of all.entries()) {
      for (const limit of [1, 3, 100]) {
        const page = await feed.readPage({ tenantId, partition: 0, position, limit }, unboundedCall);
        expect(page.entries).toEqual(all.slice(index, index + limit));
        expect([page.start, page.end]).toEqual([origin, all.at(-1)?.position]);
      }
    }
  });

  it('drops events that are too old, and reports how many are missing', async () => {
    const { store, feed } = await openStore({ partitions: 1, feedLimits: { ...defaultFeedLimits, ageMs: 5_000 } });
    const commitAt = async (revision: number, committedAt: number) =>
      store.commit(
        aCommit(aSession({ ...key, revision, lastTurnId: lastTurnId(revision) }), uuid(100 + revision), {
          committedAt,
        }),
        unboundedCall,
      );
    for (let revision = 0; revision < 40; revision += 1) await commitAt(revision, 10_000 + revision);
    for (let revision = 40; revision < 80; revision += 1) await commitAt(revision, 20_000 + revision);
    const step = await readStep(feed, tenantId, 0, { number: 3, mark: 0 }, unboundedCall);
    const query = { tenantId, partition: 0, position: step.position, limit: 100 };
    const later = (await feed.readPage(query, unboundedCall)).entries.slice(1);
    const kept = [...step.entries, ...later].map(({ position }) => position.number);
    expect(kept.at(-1)).toBe(80);
    // Events are removed with every 16th event at the latest.
    expect(kept[0]).toBeGreaterThan(24);
    expect(kept[0]).toBeLessThanOrEqual(41);
    expect(step.gap).toEqual({ reason: 'RETENTION', missingEvents: (kept[0] ?? 0) - 4 });
  });

  it('keeps at most the maximum bytes', async () => {
    const bytes = 65_536;
    const { store, feed } = await openStore({ partitions: 1, feedLimits: { ...defaultFeedLimits, bytes } });
    const summary = aSummary({
      rejections: Array.from({ length: 20 }, (_, i) => ({ scenarioId: uuid(i), reason: 'CAPACITY' })),
    });
    let previous = aSession(key);
    for (let turn = 1; turn <= 200; turn += 1) {
      const commit = { ...aCommit(previous, uuid(100 + turn)), summary };
      expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'committed' });
      previous = commit.session;
    }
    const entries = await readAll(feed);
    const numbers = entries.map(({ position }) => position.number);
    // An event has about a kilobyte.
    expect(numbers.length).toBeLessThan(90);
    expect(numbers.length).toBeGreaterThan(20);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 201 - numbers.length + index));
  });

  it('reports that events were lost, if a position is after the last event or its event was replaced', async () => {
    const { store, feed } = await openStore({ partitions: 1 });
    for (let turn = 1; turn <= 3; turn += 1) await applyTurn(store, key, uuid(100 + turn));
    const [, second] = await readAll(feed);
    const replaced = { number: 2, mark: ((second?.position.mark ?? 0) % 65_521) + 1 };
    for (const position of [{ number: 4, mark: 1 }, replaced]) {
      const step = await readStep(feed, tenantId, 0, position, unboundedCall);
      expect(step).toMatchObject({ gap: { reason: 'DATA_LOSS' }, entries: [], position: origin, hasMore: true });
      const next = await readStep(feed, tenantId, 0, step.position, unboundedCall);
      expect(next.gap).toBeUndefined();
      expect(next.entries).toHaveLength(3);
    }
  });

  it('notifies of every event, until the listener is removed', async () => {
    const { store, feed } = await openStore({ partitions: 1 });
    const notified: (number | undefined)[] = [];
    const stop = feed.onChange(tenantId, (partition) => notified.push(partition));
    let turn = 0;
    const commitUntilNotified = () =>
      eventually(async () => {
        turn += 1;
        await applyTurn(store, key, uuid(100 + turn));
        return notified.includes(0);
      });
    await commitUntilNotified();
    notified.length = 0;
    await store.delete(key, unboundedCall);
    await eventually(async () => notified.includes(0));
    const other: (number | undefined)[] = [];
    const stopOther = feed.onChange(tenantId, (partition) => other.push(partition));
    stop();
    stop();
    notified.length = 0;
    await eventually(async () => {
      turn += 1;
      await applyTurn(store, key, uuid(100 + turn));
      return other.includes(0);
    });
    expect(notified).toEqual([]);
    stopOther();
  });

  it('keeps the cursors of a limited number of consumers', async () => {
    const { feed } = await openStore();
    expect(await feed.readConsumer(tenantId, 'one', unboundedCall)).toBeUndefined();
    const cursor = encodeCursor(tenantId, [origin]);
    for (let i = 1; i <= maxConsumers; i += 1) {
      expect(await feed.storeConsumer(tenantId, `consumer-${i}`, cursor, unboundedCall)).toBe(true);
    }
    expect(await feed.storeConsumer(tenantId, 'one', cursor, unboundedCall)).toBe(false);
    expect(await feed.storeConsumer(uuid(9), 'one', cursor, unboundedCall)).toBe(true);
    expect(await feed.storeConsumer(tenantId, 'consumer-1', 'later', unboundedCall)).toBe(true);
    expect(await feed.readConsumer(tenantId, 'consumer-1', unboundedCall)).toBe('later');
    expect(await feed.deleteConsumer(tenantId, 'consumer-1', unboundedCall)).toBe(true);
    expect(await feed.deleteConsumer(tenantId, 'consumer-1', unboundedCall)).toBe(false);
    expect(await feed.storeConsumer(tenantId, 'one', cursor, unboundedCall)).toBe(true);
    expect(await feed.readConsumer(tenantId, 'consumer-2', unboundedCall)).toBe(cursor);
  });

  it('does nothing for a call that has ended', async () => {
    const { feed } = await openStore();
    const query = { tenantId, partition: 0, position: origin, limit: 1 };
    await expect(feed.readPage(query, callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
    await expect(feed.storeConsumer(tenantId, 'one', 'x', callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
  });
}

/** Reads the whole feed of a tenant through cursors, as WatchTurns does. */
export async function readAll(feed: TurnFeed, tenant = tenantId): Promise<readonly FeedEntry[]> {
  const entries: FeedEntry[] = [];
  let positions: readonly FeedPosition[] = await readStarts(feed, tenant);
  for (let partition = 0; partition < feed.partitions; partition += 1) {
    for (let hasMore = true; hasMore; ) {
      const from = positions[partition] ?? origin;
      const step = await readStep(feed, tenant, partition, from, unboundedCall);
      expect(step.gap).toBeUndefined();
      entries.push(...step.entries);
      const moved = positions.map((position, index) => (index === partition ? step.position : position));
      positions = decodeCursor(tenant, feed.partitions, encodeCursor(tenant, moved));
      hasMore = step.hasMore;
    }
  }
  return entries;
}

function readStarts(feed: TurnFeed, tenant: string): Promise<readonly FeedPosition[]> {
  const partitions = Array.from({ length: feed.partitions }, (_, partition) => partition);
  return Promise.all(
    partitions.map(async (partition) => {
      const query = { tenantId: tenant, partition, position: origin, limit: 1 };
      return (await feed.readPage(query, unboundedCall)).start;
    }),
  );
}

function describeEvent(event: FeedEvent): string {
  return event.kind === 'turn' ? `${event.revision} ${event.turnId}` : event.kind;
}

function lastTurnId(revision: number): string {
  return revision === 0 ? '' : uuid(99 + revision);
}
