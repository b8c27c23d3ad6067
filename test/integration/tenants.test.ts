import { CredentialAuthenticator, readApiKeys } from '../../src/adapters/auth';
import { SystemClock } from '../../src/adapters/system';
import { SeededRandom } from '../../src/chaos/seeded-random';
import { anApiKey } from '../support/api-keys';
import { type GrpcUnderTest, startGrpc } from '../support/grpc-under-test';
import { ReloadedValue } from '../support/reloaded-value';
import { openEmbeddedStores, type ServiceUnderTest, serviceOn } from '../support/service-under-test';
import { uuid } from '../support/session-builder';
import { openRedisStores } from './on-both-stores';
import { agents, sessionIds, TenantModel } from './tenant-model';
import { TenantOperations } from './tenant-operations';

jest.setTimeout(600_000);

const operationCount = 5_000;
const seed = 0x5eed;

describe.each([
  ['the embedded store', async () => openEmbeddedStores()],
  ['Redis', openRedisStores],
])('Two tenants with equal ids of everything, on %s', (_store, open) => {
  const [one, two] = [anApiKey('one', uuid(1)), anApiKey('two', uuid(2))];
  let service: ServiceUnderTest;
  let grpc: GrpcUnderTest;

  beforeAll(async () => {
    service = serviceOn(await open());
    const apiKeys = new ReloadedValue(readApiKeys(one.entry + two.entry));
    const authenticator = new CredentialAuthenticator({ apiKeys }, new SystemClock());
    grpc = await startGrpc(service.useCases, { authenticator });
  });
  afterAll(async () => {
    await grpc.stop();
    await service.close();
  });

  it(`never reach each other's data in ${operationCount} random operations with either credential`, async () => {
    const random = new SeededRandom(seed);
    const first = new TenantModel(uuid(1), 'written-by-one-', random.fork());
    const second = new TenantModel(uuid(2), 'written-by-two-', random.fork());
    const with1 = (model: TenantModel, mark: string) =>
      new TenantOperations(grpc, model, one, model === first, mark, random.fork());
    const with2 = (model: TenantModel, mark: string) =>
      new TenantOperations(grpc, model, two, model === second, mark, random.fork());
    const own = [with1(first, second.mark), with2(second, first.mark)];
    const foreign = [with1(second, second.mark), with2(first, first.mark)];

    for (let done = 0; done < operationCount; done++) {
      const operations = random.pick(random.chance(0.3) ? foreign : own);
      await random.pick(operations.kinds)();
    }

    expect(Math.min(first.sessions.size, second.sessions.size)).toBeGreaterThan(0);
    for (const operations of own) {
      for (const sessionId of sessionIds) {
        await operations.readSession(sessionId);
        await operations.listTurns(sessionId);
      }
      for (const agentId of agents) {
        await operations.readScenarios(agentId);
        await operations.readRelationships(agentId);
      }
    }
  });
});
