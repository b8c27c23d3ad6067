import fc from 'fast-check';
import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import type { DuePage, DueSession, TimerHolder, TimerStore } from '../../../../src/server/ports/timer-store';
import { callUntil, unboundedCall } from '../../../support/calls';
import { aSession, uuid } from '../../../support/session-builder';
import type { OpenSessionStore, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };
const holder: TimerHolder = { id: 'holder', leaseMs: 60_000 };
let turnCount = 0;

/** Commits a turn after which the next timer of a session is `nextTimerAt`. */
export async function commitTimer(
  store: SessionStore,
  sessionKey: SessionKey,
  nextTimerAt: number | undefined,
): Promise<void> {
  const previous = (await store.read(sessionKey, unboundedCall)) ?? aSession(sessionKey);
  turnCount += 1;
  const commit = aCommit(previous, uuid(10_000 + turnCount));
  const outcome = await store.commit({ ...commit, session: { ...commit.session, nextTimerAt } }, unboundedCall);
  expect(outcome.kind).toBe('committed');
}

/** Reads one partition. */
export async function readPage(
  timers: TimerStore,
  partition: number,
  limit: number,
  by = holder,
): Promise<DuePage | undefined> {
  const [page] = await timers.readDue(by, [{ partition, limit }], unboundedCall);
  return page;
}

/** Reads what is due in all partitions, the earliest first. */
export async function readDue(timers: TimerStore, limit = 1_000): Promise<readonly DueSession[]> {
  const pages = await Promise.all(
    Array.from({ length: timers.partitions }, (_, partition) => readPage(timers, partition, limit)),
  );
  return pages.flatMap((page) => page?.entries ?? []).sort((first, second) => first.at - second.at);
}

/** Defines the tests of the timers that every SessionStore writes. */
export function testTimers(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  let now: number;

  beforeEach(async () => {
    storeUnderTest = await open({ partitions: 4 });
    now = (await readPage(storeUnderTest.timers, 0, 1))?.now ?? 0;
    expect(now).toBeGreaterThan(1_600_000_000_000);
  });
  afterEach(() => storeUnderTest.close());

  const partitionOf = async (sessionId: string) => {
    const { timers } = storeUnderTest;
    for (let partition = 0; partition < timers.partitions; partition += 1) {
      const page = await readPage(timers, partition, 100);
      if (page?.entries.some((entry) => entry.key.sessionId === sessionId)) return { partition, fence: page.fence };
    }
    throw new Error('The session has no due timer.');
  };

  it('lists the sessions of all tenants whose timers are due, the earliest first, and no others', async () => {
    const { store, timers } = storeUnderTest;
    const other = { tenantId: uuid(9), sessionId: uuid(3) };
    await commitTimer(store, key, now - 1_000);
    await commitTimer(store, other, now - 2_000);
    await commitTimer(store, { ...key, sessionId: uuid(4) }, now + 3_600_000);
    await commitTimer(store, { ...key, sessionId: uuid(5) }, undefined);
    expect(await readDue(timers)).toEqual([
      { key: other, at: now - 2_000 },
      { key, at: now - 1_000 },
    ]);
  });

  it('counts all due entries, and returns the earliest ones up to the limit', async () => {
    const { store, timers } = storeUnderTest;
    const single = await open({ partitions: 1 });
    for (let number = 1; number <= 7; number += 1) {
      await commitTimer(single.store, { ...key, sessionId: uuid(number) }, now - 1_000 * number);
    }
    const page = await readPage(single.timers, 0, 3);
    expect(page).toMatchObject({ dueCount: 7 });
    expect(page?.entries.map(({ at }) => now - at)).toEqual([7_000, 6_000, 5_000]);
    await single.close();
    expect(await readDue(timers)).toEqual([]);
    await commitTimer(store, key, undefined);
  });

  it('reads several partitions at once, up to its maximum', async () => {
    const { store, timers } = storeUnderTest;
    for (let number = 1; number <= 20; number += 1) {
      await commitTimer(store, { ...key, sessionId: uuid(number) }, now - number);
    }
    const partitions = Array.from(
      { length: Math.min(timers.partitions, timers.partitionsPerRead) },
      (_, index) => index,
    );
    const queries = partitions.map((partition) => ({ partition, limit: 1 + partition }));
    const pages = await timers.readDue(holder, queries, unboundedCall);
    expect(pages).toHaveLength(queries.length);
    for (const [index, page] of pages.entries()) {
      const single = await readPage(timers, index, 1 + index);
      expect({ ...page, now: 0 }).toEqual({ ...single, now: 0 });
      expect(page?.entries).toHaveLength(Math.min(1 + index, page?.dueCount ?? 0));
    }
    expect(await timers.readDue(holder, [], unboundedCall)).toEqual([]);
  });

  it('has the timer of the last turn only, and none after a turn without one and after a deletion', async () => {
    const { store, timers } = storeUnderTest;
    await commitTimer(store, key, now - 1_000);
    await commitTimer(store, key, now - 5_000);
    expect(await readDue(timers)).toEqual([{ key, at: now - 5_000 }]);
    await commitTimer(store, key, undefined);
    expect(await readDue(timers)).toEqual([]);
    await commitTimer(store, key, now - 1_000);
    await store.delete(key, unboundedCall);
    expect(await readDue(timers)).toEqual([]);
  });

  it('equals the timers of the sessions after any turns and deletions', async () => {
    const { store, timers } = storeUnderTest;
    const change = fc.record({
      session: fc.nat(5),
      timer: fc.constantFrom<'delete' | number | undefined>('delete', undefined, 1, 2, 3),
    });
    const expected = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        for (const { session, timer } of changes) {
          const sessionKey = { ...key, sessionId: uuid(100 + session) };
          if (timer === 'delete') await store.delete(sessionKey, unboundedCall);
          else await commitTimer(store, sessionKey, timer === undefined ? undefined : now - timer);
          if (typeof timer === 'number') expected.set(sessionKey.sessionId, now - timer);
          else expected.delete(sessionKey.sessionId);
        }
        const found = new Map((await readDue(timers)).map((entry) => [entry.key.sessionId, entry.at]));
        expect(found).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it('has nothing of a turn that was known or in conflict', async () => {
    const { store, timers } = storeUnderTest;
    await commitTimer(store, key, now - 1_000);
    const current = (await store.read(key, unboundedCall)) ?? aSession(key);
    const late = aCommit({ ...current, revision: 7 }, uuid(100));
    const conflict = await store.commit(
      { ...late, session: { ...late.session, nextTimerAt: now - 9_000 } },
      unboundedCall,
    );
    expect(conflict.kind).toBe('conflict');
    const again = aCommit(current, current.lastTurnId);
    const known = await store.commit(
      { ...again, session: { ...again.session, nextTimerAt: undefined } },
      unboundedCall,
    );
    expect(known.kind).toBe('known');
    expect(await readDue(timers)).toEqual([{ key, at: now - 1_000 }]);
  });

  it('has the timer of an imported session', async () => {
    const { store, timers } = storeUnderTest;
    await store.create(aSession({ ...key, importedFrom: 'a record', nextTimerAt: now - 1_000 }), unboundedCall);
    expect(await readDue(timers)).toEqual([{ key, at: now - 1_000 }]);
  });

  it('moves or removes an entry, unless it has changed since it was read', async () => {
    const { store, timers } = storeUnderTest;
    await commitTimer(store, key, now - 1_000);
    const lease = await partitionOf(key.sessionId);
    const reschedule = (at: number, nextAt: number | undefined) =>
      timers.reschedule(holder, lease, { key, at }, nextAt, unboundedCall);
    await reschedule(now - 999, now - 500);
    expect(await readDue(timers)).toEqual([{ key, at: now - 1_000 }]);
    await reschedule(now - 1_000, now - 500);
    expect(await readDue(timers)).toEqual([{ key, at: now - 500 }]);
    // The timer has not changed, so a turn does not end the delay.
    await commitTimer(store, key, now - 1_000);
    expect(await readDue(timers)).toEqual([{ key, at: now - 500 }]);
    await reschedule(now - 500, undefined);
    await reschedule(now - 500, now - 100);
    expect(await readDue(timers)).toEqual([]);
  });

  it('keeps ids with any characters', async () => {
    const { store, timers } = storeUnderTest;
    const unsafe = { tenantId: 'tenant/{1} %2F', sessionId: '__proto__/{p1}' };
    await commitTimer(store, unsafe, now - 1_000);
    const [entry] = await readDue(timers);
    expect(entry).toEqual({ key: unsafe, at: now - 1_000 });
    const partition = await partitionOf(unsafe.sessionId);
    await timers.reschedule(holder, partition, { key: unsafe, at: now - 1_000 }, undefined, unboundedCall);
    expect(await readDue(timers)).toEqual([]);
  });

  it('does nothing for a call that has ended', async () => {
    const { timers } = storeUnderTest;
    const ended = callUntil(1);
    await expect(timers.readDue(holder, [{ partition: 0, limit: 1 }], ended)).rejects.toMatchObject({
      reason: 'DEADLINE',
    });
    await expect(timers.register(holder, ended)).rejects.toMatchObject({ reason: 'DEADLINE' });
  });
}
