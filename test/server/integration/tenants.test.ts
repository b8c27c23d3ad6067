import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import { CredentialAuthenticator, parseApiKeys } from '../../../src/server/auth';
import { createFileJwks } from '../../../src/server/auth/jwks';
import { JwtAuthenticator } from '../../../src/server/auth/jwt-authenticator';
import { SystemClock } from '../../../src/server/runtime/system';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { anApiKey } from '../../support/api-keys';
import { type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { ReloadedValue } from '../../support/reloaded-value';
import { openEmbeddedStores, type ServiceUnderTest, serviceOn } from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';
import { issuerKey, signedToken, tokenRules } from '../../support/token-issuer';
import { openRedisStores } from './describe-on-both-stores';
import { TenantCalls } from './tenant-calls';
import { agentIds, sessionIds, TenantModel } from './tenant-model';
import { TenantOperations } from './tenant-operations';

jest.setTimeout(600_000);

/** Operations with the other tenant's credential; among them those with the own one, which write what must not be reached. */
const foreignCount = 5_000;
const seed = 0x5eed;

type CallMetadata = Readonly<Record<string, string>>;

/** The path of every method that reaches somebody's data: not ValidateScenario, and not those that are not served yet. */
function methodsWithTenants(): readonly string[] {
  const without = /\/(ValidateScenario|PlanMigration|ApplyMigration|SimulateTurns)$/;
  return [OrchestratorServiceService, SessionServiceService, ScenarioServiceService]
    .flatMap((service) => Object.values(service).map(({ path }) => path))
    .filter((path) => !without.test(path))
    .sort();
}

describe.each([
  ['the embedded store', async () => openEmbeddedStores()],
  ['Redis', openRedisStores],
])('Two tenants with equal ids of everything, on %s', (_store, open) => {
  const [one, two] = [anApiKey('one', uuid(1)), anApiKey('two', uuid(2))];
  /** By tenant, an API key and a token. */
  let credentials: readonly [readonly CallMetadata[], readonly CallMetadata[]];
  let service: ServiceUnderTest;
  let grpc: GrpcUnderTest;

  beforeAll(async () => {
    service = serviceOn(await open());
    const apiKeys = new ReloadedValue(parseApiKeys(one.entry + two.entry));
    const clock = new SystemClock();
    const issuer = await issuerKey('of both');
    const tokens = new JwtAuthenticator(tokenRules, createFileJwks(new ReloadedValue({ keys: [issuer.jwk] })), clock);
    const tokenOf = async (tenant: string) => ({
      authorization: `Bearer ${await signedToken(issuer, clock.now(), { tenant_id: tenant })}`,
    });
    credentials = [
      [one.metadata, await tokenOf(uuid(1))],
      [two.metadata, await tokenOf(uuid(2))],
    ];
    const authenticator = new CredentialAuthenticator({ apiKeys, tokens }, clock);
    grpc = await startGrpc(service.useCases, { authenticator });
  });
  afterAll(async () => {
    await grpc.stop();
    await service.close();
  });

  it(`never reach each other's data in ${foreignCount} random operations with each other's keys and tokens`, async () => {
    const random = new SeededRandom(seed);
    const first = new TenantModel(uuid(1), 'written-by-one-', random.fork());
    const second = new TenantModel(uuid(2), 'written-by-two-', random.fork());
    const called = new Set<string>();
    const operationsOn = (model: TenantModel, other: TenantModel, shown: readonly CallMetadata[], own: boolean) =>
      shown.map((metadata) => {
        const options = {
          tenantId: model.tenantId,
          metadata,
          isOwnTenant: own,
          foreignMarker: other.marker,
          calledPaths: called,
        };
        return new TenantOperations(new TenantCalls(grpc, options), model, random.fork());
      });
    const [ofFirst, ofSecond] = credentials;
    const own = [...operationsOn(first, second, ofFirst, true), ...operationsOn(second, first, ofSecond, true)];
    const foreign = [...operationsOn(second, second, ofFirst, false), ...operationsOn(first, first, ofSecond, false)];

    for (let done = 0; done < foreignCount; ) {
      const isForeign = random.chance(0.7);
      if (isForeign) done += 1;
      await random.pick(random.pick(isForeign ? foreign : own).operations)();
    }

    expect([...called].sort()).toEqual(methodsWithTenants());
    expect(Math.min(first.sessions.size, second.sessions.size)).toBeGreaterThan(0);
    for (const operations of own) {
      for (const sessionId of sessionIds) {
        await operations.getSession(sessionId);
        await operations.listTurns(sessionId);
      }
      for (const agentId of agentIds) {
        await operations.listScenarios(agentId);
        await operations.listRelationships(agentId);
      }
    }
  });
});
