import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { SentinelSetup } from '../../../support/redis-sentinel';
import { uuid } from '../../../support/session-builder';
import { ClientsUnderTest } from './clients-under-test';
import { RetryingCaller } from './retrying-caller';

jest.setTimeout(120_000);

const key = { tenantId: uuid(1), sessionId: uuid(3) };

describe('a Redis that Sentinels watch', () => {
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

  it('is found by a name that they know only', async () => {
    const endpoint = { kind: 'sentinel', sentinels: setup.addresses, name: 'another' } as const;
    const connection = clients.startConnecting({ endpoint, replication: undefined });
    const refused = connection.read(unboundedCall, (client) => client.get('key'));
    await expect(refused).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  });

  it('is found also when the first Sentinel of the list is away', async () => {
    const [first] = setup.sentinels;
    await first?.shutDown();
    const store = await clients.createStore({}, { replication: undefined });
    await store.probe(unboundedCall);
    await store.close();
    await first?.start();
  });

  it('that fails over goes on with every turn that was answered, where durability is replicated', async () => {
    const store = await clients.createStore();
    const caller = new RetryingCaller(store, key);
    await eventually(async () => caller.answered >= 20);
    await setup.setFailoverTimeout(500);
    await setup.master.kill();
    const answered = caller.answered;
    await eventually(async () => caller.answered > answered + 3);
    const turns = await caller.stop();
    expect((await store.listTurns(key, 0, 10_000, unboundedCall)).turns.map(({ turnId }) => turnId)).toEqual(turns);
    expect(caller.failures).not.toEqual([]);
    await setup.master.start();
    await setup.waitForReplicaRole(setup.master);
  });
});
