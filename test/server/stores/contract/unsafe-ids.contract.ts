import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';
import { aSession, uuid } from '../../../support/session-builder';
import type { OpenSessionStore, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit, applyTurn } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

/** Defines the tests of ids that are not UUIDs for every SessionStore. For a store, ids are opaque text. */
export function testUnsafeIds(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  let store: SessionStore;
  const ids = ['', ' ', '/', '%2F', '}', '{', '{}', 'a/b', 'a', 'b', '__proto__', 'constructor', '*', '~', ':', '\0'];
  const unicode = ['é', 'e\u0301', '\u{1f600}', '\uffff', 'a\nb', 'x'.repeat(3_000), `${'x'.repeat(2_999)}y`];
  const unsafeIds = [...ids, ...unicode];

  beforeEach(async () => {
    storeUnderTest = await open({ turnLimits: { recordedTurns: 1_000 } });
    store = storeUnderTest.store;
  });
  afterEach(() => storeUnderTest.close());

  it('keep sessions apart', async () => {
    const keys = unsafeIds.flatMap((id) => [
      { tenantId: id, sessionId: 'b' },
      { tenantId: 'a', sessionId: id },
    ]);
    const uniqueKeys = keys.filter((one, index) => index === keys.findIndex((other) => sameKey(one, other)));
    for (const one of uniqueKeys)
      await store.commit(aCommit(aSession({ ...one, agentId: JSON.stringify(one) }), 't'), unboundedCall);
    for (const one of uniqueKeys) {
      expect(await store.read(one, unboundedCall)).toMatchObject({ ...one, agentId: JSON.stringify(one), revision: 1 });
    }
  });

  it('keep turns apart', async () => {
    for (const turnId of unsafeIds) await applyTurn(store, key, turnId);
    const { turns: recorded } = await store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall);
    expect(recorded.map(({ turnId }) => turnId)).toEqual(unsafeIds);
    for (const [index, turnId] of unsafeIds.entries()) {
      const outcome = await store.commit(aCommit(aSession(), turnId), unboundedCall);
      expect(outcome).toMatchObject({ kind: 'known', record: { turnId, revision: index + 1 } });
    }
  });

  it('are rejected if they are not well-formed Unicode', async () => {
    const broken = { tenantId: uuid(1), sessionId: 'a\ud800' };
    await expect(store.read(broken, unboundedCall)).rejects.toMatchObject({ reason: 'INVALID_REQUEST' });
  });
}

function sameKey(one: SessionKey, other: SessionKey): boolean {
  return one.tenantId === other.tenantId && one.sessionId === other.sessionId;
}
