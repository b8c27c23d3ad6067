import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';
import { uuid } from '../../../support/session-builder';
import { ChangeListener } from './change-listener';
import type { OpenSessionStore, SessionStoreUnderTest } from './session-store-under-test';
import { applyTurn } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };
const other: SessionKey = { tenantId: uuid(1), sessionId: uuid(4) };

/** What every SessionStore tells of changes. */
export function sessionNotificationsContract(open: OpenSessionStore): void {
  let tested: SessionStoreUnderTest;
  let store: SessionStore;
  beforeEach(async () => {
    tested = await open({ recordedTurns: 1_000 });
    store = tested.store;
  });
  afterEach(() => tested.close());

  /** More than one: a store may also tell once for itself, when it begins to listen. */
  const commitAndSee = async (listener: ChangeListener, from: number, to: number) => {
    for (let revision = from; revision <= to; revision += 1) {
      await applyTurn(store, key, uuid(100 + revision));
      await listener.waitForRevision(revision);
    }
  };

  it('come with every commit, from the first on', async () => {
    const listener = new ChangeListener(store, key);
    await commitAndSee(listener, 1, 5);
    listener.stop();
  });

  it('come with a deletion, and with what is begun after it', async () => {
    const listener = new ChangeListener(store, key);
    await commitAndSee(listener, 1, 3);
    await store.delete(key, unboundedCall);
    await listener.waitForRevision(0);
    await commitAndSee(listener, 1, 3);
    listener.stop();
  });

  it('come to everybody who listens, and no more to one who stopped', async () => {
    const [first, second] = [new ChangeListener(store, key), new ChangeListener(store, key)];
    await commitAndSee(first, 1, 3);
    await second.waitForRevision(3);
    first.stop();
    first.stop();
    const before = first.notificationCount;
    await commitAndSee(second, 4, 6);
    expect(first.notificationCount).toBe(before);
    second.stop();
  });

  it('come to each of two that are the same function, until that one is stopped', async () => {
    let told = 0;
    const tell = () => {
      told += 1;
    };
    const stops = [store.onChange(key, tell), store.onChange(key, tell)];
    const listener = new ChangeListener(store, key);
    await commitAndSee(listener, 1, 3);
    stops[0]?.();
    // News may come later than what they tell of is seen, and to all who listen at once.
    const [before, newsBefore] = [told, listener.notificationCount];
    await commitAndSee(listener, 4, 6);
    expect(listener.notificationCount).toBeGreaterThan(newsBefore);
    expect(told - before).toBe(listener.notificationCount - newsBefore);
    stops[1]?.();
    const after = told;
    await commitAndSee(listener, 7, 8);
    expect(told).toBe(after);
    listener.stop();
  });

  it('of one session do not disturb those who listen to another', async () => {
    const listener = new ChangeListener(store, key);
    const undisturbed = new ChangeListener(store, other);
    await commitAndSee(listener, 1, 3);
    await applyTurn(store, other, uuid(200));
    await undisturbed.waitForRevision(1);
    await commitAndSee(listener, 4, 8);
    // Of its own turn, and once where the store tells when it begins to listen.
    expect(undisturbed.notificationCount).toBeLessThanOrEqual(2);
    listener.stop();
    undisturbed.stop();
  });
}
