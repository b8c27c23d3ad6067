import type { RootDatabase } from 'lmdb';
import { unboundedCall } from '../../../support/calls';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import { aCommit } from '../contract/turn-driver';
import { key, openStore } from './session-store-under-test';

/** Changes the tables as a release does that commits turns and keeps no index. */
async function writeAsEarlierRelease(root: RootDatabase): Promise<void> {
  await root.openDB({ name: 'probes', encoding: 'json' }).put('probe', 1_900_000_000_000);
  for (const name of ['index-entries', 'index-order', 'index-counters']) await root.openDB({ name }).clearAsync();
}

describe('the index of an embedded store', () => {
  it('is built when the store is opened, if a release without an index has written last', async () => {
    const under = await openStore();
    const session = aSession({ ...key, instances: [anInstance()], customerId: 'C-7' });
    await under.store.commit(aCommit(session, uuid(100)), unboundedCall);
    await under.store.create(aSession({ ...key, sessionId: uuid(4), importedFrom: 'x' }), unboundedCall);
    await under.store.commit(aCommit(aSession({ ...key, sessionId: uuid(5) }), uuid(100)), unboundedCall);
    await under.store.delete({ ...key, sessionId: uuid(5) }, unboundedCall);
    const count = () => under.index.count(key.tenantId, { agentId: '', scenarioId: '' }, unboundedCall);
    const expected = await count();
    expect(expected).toMatchObject({ sessions: 2, instances: [{ scenarioId: uuid(11), count: 1 }] });
    await under.changeFolder(writeAsEarlierRelease);
    expect(await count()).toEqual(expected);
    await under.reopen();
    expect(await count()).toEqual(expected);
    await under.close();
  });

  it('is not built again otherwise', async () => {
    const under = await openStore();
    await under.store.commit(aCommit(aSession(key), uuid(100)), unboundedCall);
    // Nothing else removes the entries, so that a second build would be noticed.
    await under.changeFolder(async (root) => {
      await root.openDB({ name: 'index-counters' }).clearAsync();
    });
    expect((await under.index.count(key.tenantId, { agentId: '', scenarioId: '' }, unboundedCall)).sessions).toBe(0);
    await under.close();
  });
});
