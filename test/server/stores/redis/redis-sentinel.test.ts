import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { SentinelSetup } from '../../../support/redis-sentinel';
import { uuid } from '../../../support/session-builder';
import { ClientsUnderTest } from './clients-under-test';
import { orchestratorUser, readDocumentedAcl } from './full-workload';
import { RetryingCaller } from './retrying-caller';

jest.setTimeout(120_000);

const key = { tenantId: uuid(1), sessionId: uuid(3) };

describe('Redis Sentinel', () => {
  let setup: SentinelSetup;
  let clients: ClientsUnderTest;
  beforeAll(async () => {
    setup = await SentinelSetup.start();
    const endpoint = { kind: 'sentinel', sentinels: setup.addresses, name: setup.name } as const;
    clients = new ClientsUnderTest({ endpoint, replication: { replicas: 1, timeoutMs: 1_000 } });
  }, 60_000);
  afterAll(async () => {
    await clients.close();
    await setup.stop();
  });

  it('a master with an unknown name is STORE_UNAVAILABLE', async () => {
    const endpoint = { kind: 'sentinel', sentinels: setup.addresses, name: 'another' } as const;
    const connection = clients.startConnecting({ endpoint, replication: undefined });
    const read = connection.read(unboundedCall, (client) => client.get('key'));
    await expect(read).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  });

  it('finds the master if the first Sentinel of the list is stopped', async () => {
    const [first] = setup.sentinels;
    await first?.shutDown();
    const store = await clients.createStore({}, { replication: undefined });
    await store.probe(unboundedCall);
    await store.close();
    await first?.start();
  });

  it('a user of the Sentinels needs only the documented permissions', async () => {
    const acl = readDocumentedAcl('orchestrator-sentinel');
    const call = async (...command: readonly [string, ...string[]]) => {
      const replies: unknown[] = [];
      for (const each of setup.sentinels) replies.push(await each.withClient((client) => client.call(...command)));
      return replies;
    };
    await call('ACL', ...acl);
    const { password } = orchestratorUser;
    const endpoint = {
      kind: 'sentinel',
      sentinels: setup.addresses,
      name: setup.name,
      sentinelLogin: { username: 'orchestrator-sentinel', password },
    } as const;
    const store = await clients.createStore({}, { endpoint, replication: undefined });
    await store.probe(unboundedCall);
    // The user subscribes to the announcements of all Sentinels.
    await eventually(async () => {
      const lists = await call('CLIENT', 'LIST', 'TYPE', 'pubsub');
      return lists.every((list) => String(list).includes('user=orchestrator-sentinel'));
    });
    expect(await call('ACL', 'LOG')).toEqual([[], [], []]);
    await store.close();
  });

  it('a failover loses no completed turn with durability "replicated"', async () => {
    const store = await clients.createStore();
    const caller = new RetryingCaller(store, key);
    await eventually(async () => caller.completedCount >= 20);
    await setup.setFailoverTimeout(500);
    await setup.master.kill();
    const completed = caller.completedCount;
    await eventually(async () => caller.completedCount > completed + 3);
    const turns = await caller.stop();
    expect(
      (await store.listTurns({ key, afterRevision: 0, limit: 10_000 }, unboundedCall)).turns.map(
        ({ turnId }) => turnId,
      ),
    ).toEqual(turns);
    expect(caller.failures).not.toEqual([]);
    await setup.master.start();
    await setup.waitForReplicaRole(setup.master);
  });
});
