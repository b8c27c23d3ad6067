import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import type { Relationship } from '../../../src/core/model/scenario';
import type { OrchestrationSettings } from '../../../src/core/model/settings';
import { RedisCatalogue } from '../../../src/server/stores/redis/redis-catalogue';
import { RedisSessionIndex } from '../../../src/server/stores/redis/redis-session-index';
import { RedisTurnFeed } from '../../../src/server/stores/redis/redis-turn-feed';
import type { ScenarioDraft } from '../../support/conversation';
import { type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import {
  createService,
  openEmbeddedStores,
  type ServiceUnderTest,
  type StoresUnderTest,
} from '../../support/service-under-test';
import { RedisUnderTest } from '../stores/redis/redis-under-test';
import { RemoteConversation } from './remote-conversation';

/** Stores scenarios and relationships, and starts a new session. */
export type StartConversation = (
  scenarios: readonly ScenarioDraft[],
  relationships?: readonly Relationship[],
) => Promise<RemoteConversation>;

/** Runs the same tests over gRPC on the embedded store and on a real redis-server. */
export function describeOnBothStores(
  name: string,
  tests: (start: StartConversation, client: () => OrchestratorClient) => void,
  settings: Partial<OrchestrationSettings> = {},
): void {
  describe.each([
    ['the embedded store', async () => openEmbeddedStores()],
    ['Redis', openRedisStores],
  ])(`${name}, on %s`, (_store, open) => {
    let service: ServiceUnderTest;
    let grpc: GrpcUnderTest;
    let client: OrchestratorClient;

    beforeAll(async () => {
      service = createService(await open(), { settings });
      grpc = await startGrpc(service.useCases);
      client = connect(grpc.address, { credentials: insecure(), timeoutMs: 60_000 });
    });
    afterAll(async () => {
      client.close();
      await grpc.stop();
      await service.close();
    });

    tests(
      (scenarios, relationships) => RemoteConversation.start(client, scenarios, relationships),
      () => client,
    );
  });
}

/** Opens stores in a separate Redis server. */
export async function openRedisStores(): Promise<StoresUnderTest> {
  const redis = await RedisUnderTest.start();
  const keyPrefix = redis.nextPrefix();
  const store = await redis.createStore({ keyPrefix, partitions: 8 });
  const keySpace = { prefix: keyPrefix, partitions: 8 };
  const feed = new RedisTurnFeed(await redis.connect(), keySpace);
  const index = new RedisSessionIndex(await redis.connect(), keySpace, { clock: Date });
  const scenarios = new RedisCatalogue(await redis.connect(), { keyPrefix: redis.nextPrefix() });
  return {
    store,
    feed,
    index,
    scenarios,
    async close() {
      await scenarios.close();
      await redis.close();
    },
  };
}
