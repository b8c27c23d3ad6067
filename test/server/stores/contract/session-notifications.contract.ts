import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';
import { uuid } from '../../../support/session-builder';
import { ChangeListener } from './change-listener';
import type { OpenSessionStore, SessionStoreUnderTest } from './session-store-under-test';
import { applyTurn } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };
const other: SessionKey = { tenantId: uuid(1), sessionId: uuid(4) };

/** Defines the tests of change notifications for every SessionStore. */
export function testSessionNotifications(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  let store: SessionStore;
  beforeEach(async () => {
    storeUnderTest = await open({ turnLimits: { recordedTurns: 1_000 } });
    store = storeUnderTest.store;
  });
  afterEach(() => storeUnderTest.close());

  /** Commits several turns, because a store may send one notification when a listener is added. */
  const commitAndWait = async (listener: ChangeListener, from: number, to: number) => {
    for (let revision = from; revision <= to; revision += 1) {
      await applyTurn(store, key, uuid(100 + revision));
      await listener.waitForRevision(revision);
    }
  };

  it('are sent for every commit, including the first', async () => {
    const listener = new ChangeListener(store, key);
    await commitAndWait(listener, 1, 5);
    listener.stop();
  });

  it('are sent for a deletion and for a session that is created afterwards', async () => {
    const listener = new ChangeListener(store, key);
    await commitAndWait(listener, 1, 3);
    await store.delete(key, unboundedCall);
    await listener.waitForRevision(0);
    await commitAndWait(listener, 1, 3);
    listener.stop();
  });

  it('are sent to all listeners until they are removed', async () => {
    const [first, second] = [new ChangeListener(store, key), new ChangeListener(store, key)];
    await commitAndWait(first, 1, 3);
    await second.waitForRevision(3);
    first.stop();
    first.stop();
    const before = first.notificationCount;
    await commitAndWait(second, 4, 6);
    expect(first.notificationCount).toBe(before);
    second.stop();
  });

  it('are sent twice to a listener that was added twice', async () => {
    let count = 0;
    const listen = () => {
      count += 1;
    };
    const removeListeners = [store.onChange(key, listen), store.onChange(key, listen)];
    const listener = new ChangeListener(store, key);
    await commitAndWait(listener, 1, 3);
    removeListeners[0]?.();
    // A notification may arrive after its change is visible, but it reaches all listeners at the same time.
    const [countBefore, notificationsBefore] = [count, listener.notificationCount];
    await commitAndWait(listener, 4, 6);
    expect(listener.notificationCount).toBeGreaterThan(notificationsBefore);
    expect(count - countBefore).toBe(listener.notificationCount - notificationsBefore);
    removeListeners[1]?.();
    const countAfter = count;
    await commitAndWait(listener, 7, 8);
    expect(count).toBe(countAfter);
    listener.stop();
  });

  it('are not sent to listeners of other sessions', async () => {
    const listener = new ChangeListener(store, key);
    const otherListener = new ChangeListener(store, other);
    await commitAndWait(listener, 1, 3);
    await applyTurn(store, other, uuid(200));
    await otherListener.waitForRevision(1);
    await commitAndWait(listener, 4, 8);
    // One notification for its own turn, and at most one for adding the listener.
    expect(otherListener.notificationCount).toBeLessThanOrEqual(2);
    listener.stop();
    otherListener.stop();
  });
}
