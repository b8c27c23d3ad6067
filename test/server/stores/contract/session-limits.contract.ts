import type { Session, SessionKey, SessionVariable } from '../../../../src/core/model/session';
import { encodeSession } from '../../../../src/server/codec/stored/stored-values';
import { defaultSessionLimits, type SessionLimits } from '../../../../src/server/ports/session-limits';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import type { OpenSessionStore, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };
const unlimited: SessionLimits = { maxBytes: 1e9, maxVariables: 1e9 };

const aText = (length: number): SessionVariable => ({
  value: 'x'.repeat(length),
  scope: 'SESSION',
  isPersistedResult: false,
});
const withText = (length: number): Pick<Session, 'variables'> => ({ variables: new Map([['text', aText(length)]]) });
const withCount = (count: number): Pick<Session, 'variables'> => ({
  variables: new Map(Array.from({ length: count }, (_, index) => [`v${index}`, aText(1)])),
});

/** Defines the tests of the limits on a stored session for every SessionStore. */
export function testSessionLimits(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  let store: SessionStore;
  /** The limits that apply to the next write, as after a restart with other settings. */
  let limits: SessionLimits;

  beforeEach(async () => {
    limits = defaultSessionLimits;
    const sessionLimits: SessionLimits = {
      get maxBytes() {
        return limits.maxBytes;
      },
      get maxVariables() {
        return limits.maxVariables;
      },
    };
    storeUnderTest = await open({ turnLimits: { recordedTurns: 1_000 }, sessionLimits });
    store = storeUnderTest.store;
  });
  afterEach(() => storeUnderTest.close());

  const commit = async (previous: Session, turn: number, parts: Partial<Session>): Promise<Session> => {
    const next = aCommit({ ...previous, ...parts }, uuid(turn));
    const previousSession = previous.revision === 0 ? undefined : previous;
    expect(await store.commit({ ...next, previousSession }, unboundedCall)).toEqual({ kind: 'committed' });
    return next.session;
  };
  const read = () => store.read(key, unboundedCall);
  const countTurns = async () =>
    (await store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall)).turns.length;

  it('a session of exactly the maximum size is stored, and one byte more changes nothing', async () => {
    const first = await commit(aSession(), 100, withText(1_000));
    const maxBytes = encodeSession(aCommit(first, uuid(101)).session).length;
    limits = { ...defaultSessionLimits, maxBytes };
    await expect(commit(first, 101, withText(1_001))).rejects.toMatchObject({
      reason: 'SESSION_TOO_LARGE',
      metadata: {
        session_id: uuid(3),
        limit: 'session_bytes',
        size: String(maxBytes + 1),
        max_size: String(maxBytes),
      },
    });
    expect(await read()).toEqual(first);
    expect(await countTurns()).toBe(1);
    expect((await store.load(key, uuid(101), unboundedCall, { skipsCache: true })).recordedTurn).toBeUndefined();
    const full = await commit(first, 101, {});
    expect(await read()).toEqual(full);
  });

  it('the variables of the session and of its instances count together', async () => {
    limits = { ...defaultSessionLimits, maxVariables: 3 };
    const instances = [anInstance({ variables: new Map([['result', 1]]) })];
    const full = await commit(aSession(), 100, { ...withCount(2), instances });
    await expect(commit(full, 101, { ...withCount(3), instances })).rejects.toMatchObject({
      reason: 'SESSION_TOO_LARGE',
      metadata: { limit: 'session_variables', size: '4', max_size: '3' },
    });
    expect(await read()).toEqual(full);
  });

  it.each([
    ['bytes', withText(2_000_000), 'session_bytes'],
    ['variables', withCount(2_001), 'session_variables'],
  ])('an imported session with too many %s is refused and not stored', async (_, parts, limit) => {
    const imported = aSession({ ...parts, importedFrom: 'a record' });
    await expect(store.create(imported, unboundedCall)).rejects.toMatchObject({
      reason: 'SESSION_TOO_LARGE',
      metadata: { limit },
    });
    expect(await read()).toBeUndefined();
  });

  it.each([
    ['bytes', withText(2_000_000), withText(1_999_990), withText(2_000_100)],
    ['variables', withCount(2_100), withCount(2_099), withCount(2_101)],
  ])(
    'a stored session with too many %s is read, may shrink but not grow, and is deleted',
    async (_, large, smaller, larger) => {
      limits = unlimited;
      const stored = await commit(aSession(), 100, large);
      limits = defaultSessionLimits;
      expect(await read()).toEqual(stored);
      expect((await store.load(key, uuid(101), unboundedCall, { skipsCache: true })).session).toEqual(stored);
      await expect(commit(stored, 101, larger)).rejects.toMatchObject({ reason: 'SESSION_TOO_LARGE' });
      const shrunk = await commit(stored, 102, smaller);
      expect(await read()).toEqual(shrunk);
      const small = await commit(shrunk, 103, withText(10));
      expect(await read()).toEqual(small);
      expect(await store.delete(key, unboundedCall)).toBe(true);
      expect(await read()).toBeUndefined();
    },
  );

  it('a session above a limit that loses no value continues', async () => {
    limits = unlimited;
    const stored = await commit(aSession(), 100, withText(2_000_000));
    limits = defaultSessionLimits;
    const next = await commit(stored, 101, {});
    expect(next.revision).toBe(2);
  });
}
