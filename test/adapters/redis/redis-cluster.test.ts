import { RedisCatalogue } from '../../../src/adapters/redis/redis-catalogue';
import type { SessionKey } from '../../../src/domain/session';
import { aDefinition } from '../../contract/a-definition';
import { scenarioCatalogueContract } from '../../contract/scenario-catalogue.contract';
import { sessionStoreContract } from '../../contract/session-store.contract';
import type { SessionStoreSettings } from '../../contract/session-store-under-test';
import { unhurried } from '../../support/calls';
import { eventually } from '../../support/eventually';
import { RedisCluster } from '../../support/redis-cluster';
import { ClientsUnderTest } from './clients-under-test';

describe('a Redis Cluster', () => {
  let cluster: RedisCluster;
  let clients: ClientsUnderTest;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    clients = new ClientsUnderTest({ endpoint: { kind: 'cluster', seeds: cluster.seeds } });
  }, 60_000);
  afterAll(async () => {
    await clients.close();
    await cluster.stop();
  });

  const openCatalogue = async (keyPrefix = clients.freshPrefix()) =>
    new RedisCatalogue(await clients.connect(), { keyPrefix });

  describe('as a SessionStore', () =>
    sessionStoreContract(async (settings: SessionStoreSettings) => {
      const keyPrefix = clients.freshPrefix();
      const store = await clients.store({ ...settings, keyPrefix });
      const keysOf = (of: SessionKey) => cluster.keys(`${keyPrefix}{${of.tenantId}/${of.sessionId}}*`);
      return {
        store,
        expire: async (of) => {
          for (const key of await keysOf(of)) await cluster.admin.pexpire(key, 1);
          await eventually(async () => (await keysOf(of)).length === 0);
        },
        stored: async (of) => (await keysOf(of)).length,
        close: () => store.close(),
      };
    }));

  describe('as a ScenarioCatalogue', () =>
    scenarioCatalogueContract(async () => {
      const catalogue = await openCatalogue();
      return { catalogue, close: () => catalogue.close() };
    }));

  it('tells a node of the changes that another made on whichever master', async () => {
    const keyPrefix = clients.freshPrefix();
    const [here, there] = [await openCatalogue(keyPrefix), await openCatalogue(keyPrefix)];
    const heard = new Set<string>();
    there.onChange(({ agentId }) => heard.add(agentId));
    const agents = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    let version = 0;
    await eventually(async () => {
      version += 1;
      const options = { contentHash: `hash ${version}`, storedAt: 1, expectedVersion: undefined };
      for (const agentId of agents) await here.put({ tenantId: 't', agentId }, aDefinition(), options, unhurried);
      return heard.size === agents.length;
    });
    await there.close();
  });
});
