import type { AgentKey } from '../../../../src/server/ports/scenario-catalogue';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { testScenarioCatalogue } from '../contract/scenario-catalogue.contract';
import { RedisUnderTest } from './redis-under-test';

const agent: AgentKey = { tenantId: uuid(1), agentId: 'agent / of {tenant}' };

describe('RedisCatalogue', () => {
  let redis: RedisUnderTest;
  beforeAll(async () => {
    redis = await RedisUnderTest.start();
  });
  afterAll(() => redis.close());

  const open = async (keyPrefix = redis.nextPrefix()) => new RedisCatalogue(await redis.connect(), { keyPrefix });
  const put = (catalogue: RedisCatalogue, contentHash: string) =>
    catalogue.put(agent, aDefinition(), { contentHash, storedAt: 1, expectedVersion: undefined }, unboundedCall);

  testScenarioCatalogue(async () => {
    const catalogue = await open();
    return { catalogue, close: () => catalogue.close() };
  });

  it('loads with one command', async () => {
    const catalogue = await open();
    await put(catalogue, 'a');
    await catalogue.load(agent, unboundedCall);
    const commands = await redis.recordCommands(async () => {
      await catalogue.load(agent, unboundedCall);
      await catalogue.revision(agent, unboundedCall);
    });
    expect(commands).toEqual(['evalsha', 'hget']);
  });

  describe('change notifications', () => {
    const countSubscribers = async (keyPrefix: string) =>
      Number((await redis.admin.pubsub('NUMSUB', `${keyPrefix}catalogue-changes`))[1]);

    it('reach the other nodes, but not the node that made the change', async () => {
      const keyPrefix = redis.nextPrefix();
      const [here, there] = [await open(keyPrefix), await open(keyPrefix)];
      const receivedHere: AgentKey[] = [];
      const receivedThere: AgentKey[] = [];
      here.onChange((changed) => receivedHere.push(changed));
      there.onChange((changed) => receivedThere.push(changed));
      // Notifications are best effort. Notifications before the subscription are lost.
      await eventually(async () => (await countSubscribers(keyPrefix)) === 2);
      await put(here, 'a');
      await eventually(async () => receivedThere.length === 1);
      expect(receivedThere).toEqual([agent]);
      const relationship = {
        kind: 'RELATED',
        sourceType: 'SCENARIO',
        sourceId: 'a',
        targetScenarioId: 'b',
        weight: 1,
        startDependency: false,
      } as const;
      await there.putRelationship(agent, relationship, undefined, unboundedCall);
      await eventually(async () => receivedHere.length > 0);
      expect(receivedHere).toEqual([agent]);
      await here.deleteRelationship(agent, relationship, unboundedCall);
      await eventually(async () => receivedThere.length === 2);
      await here.delete(agent, '', undefined, unboundedCall);
      await eventually(async () => receivedThere.length === 3);
      await Promise.all([here.close(), there.close()]);
    });

    it('stop when all listeners are removed', async () => {
      const keyPrefix = redis.nextPrefix();
      const catalogue = await open(keyPrefix);
      const removeListeners = [catalogue.onChange(() => undefined), catalogue.onChange(() => undefined)];
      await eventually(async () => (await countSubscribers(keyPrefix)) === 1);
      removeListeners[0]?.();
      removeListeners[1]?.();
      await eventually(async () => (await countSubscribers(keyPrefix)) === 0);
    });
  });
});
