import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import { RedisCluster } from '../../../../tools/redis/redis-cluster';
import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { aDefinition } from '../contract/a-definition';
import { testScenarioCatalogue } from '../contract/scenario-catalogue.contract';
import { testSessionStore } from '../contract/session-store.contract';
import { ClientsUnderTest } from './clients-under-test';
import { orchestratorUser, readDocumentedAcl, runFullWorkload } from './full-workload';
import { openStoreOn } from './session-store-under-test';

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

  const openCatalogue = async (keyPrefix = clients.nextPrefix()) =>
    new RedisCatalogue(await clients.connect(), { keyPrefix });

  describe('as a SessionStore', () =>
    testSessionStore((settings) =>
      openStoreOn({ clients, admin: cluster.admin, listKeys: (pattern) => cluster.listKeys(pattern) })(settings),
    ));

  describe('as a ScenarioCatalogue', () =>
    testScenarioCatalogue(async () => {
      const catalogue = await openCatalogue();
      return { catalogue, close: () => catalogue.close() };
    }));

  it('needs only the documented permissions', async () => {
    for (const { admin } of cluster.members) await admin.call('ACL', ...readDocumentedAcl());
    const user = new ClientsUnderTest({ endpoint: { kind: 'cluster', seeds: cluster.seeds, login: orchestratorUser } });
    await runFullWorkload(user);
    for (const { admin } of cluster.members) expect(await admin.acl('LOG')).toEqual([]);
    await user.close();
  });

  it('delivers change notifications from every master', async () => {
    const keyPrefix = clients.nextPrefix();
    const [here, there] = [await openCatalogue(keyPrefix), await openCatalogue(keyPrefix)];
    const notifiedAgents = new Set<string>();
    there.onChange(({ agentId }) => notifiedAgents.add(agentId));
    const agents = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    let version = 0;
    await eventually(async () => {
      version += 1;
      const options = { contentHash: `hash ${version}`, storedAt: 1, expectedVersion: undefined };
      for (const agentId of agents) await here.put({ tenantId: 't', agentId }, aDefinition(), options, unboundedCall);
      return notifiedAgents.size === agents.length;
    });
    await there.close();
  });
});
