import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import { CredentialAuthenticator, parseApiKeys } from '../../../src/server/auth';
import { createFileJwks } from '../../../src/server/auth/jwks';
import { JwtAuthenticator } from '../../../src/server/auth/jwt-authenticator';
import { createKeySet } from '../../../src/server/auth/key-set';
import { SystemClock } from '../../../src/server/runtime/system';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { anApiKey } from '../../support/api-keys';
import { type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { ReloadedValue } from '../../support/reloaded-value';
import { createService, openEmbeddedStores, type ServiceUnderTest } from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';
import { silentLog } from '../../support/silent-log';
import { createIssuerKey, signToken, verificationOptions } from '../../support/token-issuer';
import { openRedisStores } from './describe-on-both-stores';
import { TenantCalls } from './tenant-calls';
import { agentIds, sessionIds, TenantModel } from './tenant-model';
import { TenantOperations } from './tenant-operations';

jest.setTimeout(600_000);

/**
 * Number of operations with a credential of the other tenant. In between, operations with the tenant's own credential write the
 * data.
 */
const foreignCount = 5_000;
const seed = 0x5eed;

type CallMetadata = Readonly<Record<string, string>>;

/**
 * Returns the paths of the methods that access a tenant's data: all except ValidateScenario and the methods that are not
 * implemented.
 */
function listMethodsWithTenants(): readonly string[] {
  const without = /\/(ValidateScenario|PlanMigration|ApplyMigration)$/;
  return [OrchestratorServiceService, SessionServiceService, ScenarioServiceService]
    .flatMap((service) => Object.values(service).map(({ path }) => path))
    .filter((path) => !without.test(path))
    .sort();
}

describe.each([
  ['the embedded store', async () => openEmbeddedStores()],
  ['Redis', openRedisStores],
])('Two tenants with the same ids, on %s', (_store, open) => {
  const [one, two] = [anApiKey('one', uuid(1)), anApiKey('two', uuid(2))];
  /** An API key and a token for each tenant. */
  let credentials: readonly [readonly CallMetadata[], readonly CallMetadata[]];
  let service: ServiceUnderTest;
  let grpc: GrpcUnderTest;

  beforeAll(async () => {
    service = createService(await open());
    const apiKeys = new ReloadedValue(parseApiKeys(one.entry + two.entry));
    const clock = new SystemClock();
    const issuer = await createIssuerKey('of both');
    const tokens = new JwtAuthenticator(
      verificationOptions,
      createFileJwks(new ReloadedValue(createKeySet([issuer.jwk])), silentLog),
      clock,
    );
    const createToken = async (tenant: string) => ({
      authorization: `Bearer ${await signToken(issuer, clock.now(), { tenant_id: tenant })}`,
    });
    credentials = [
      [one.metadata, await createToken(uuid(1))],
      [two.metadata, await createToken(uuid(2))],
    ];
    const authenticator = new CredentialAuthenticator({ apiKeys, tokens }, clock);
    grpc = await startGrpc(service.useCases, { authenticator });
  });
  afterAll(async () => {
    await grpc.stop();
    await service.close();
  });

  it(`cannot access each other's data in ${foreignCount} random operations with each other's credentials`, async () => {
    const random = new SeededRandom(seed);
    const first = new TenantModel(uuid(1), 'written-by-one-', random.fork());
    const second = new TenantModel(uuid(2), 'written-by-two-', random.fork());
    const called = new Set<string>();
    const operationsOn = (
      model: TenantModel,
      other: TenantModel,
      callMetadata: readonly CallMetadata[],
      isOwnTenant: boolean,
    ) =>
      callMetadata.map((metadata) => {
        const options = {
          tenantId: model.tenantId,
          metadata,
          isOwnTenant,
          foreignMarker: other.marker,
          calledPaths: called,
        };
        return new TenantOperations(new TenantCalls(grpc, options), model, random.fork());
      });
    const [firstCredentials, secondCredentials] = credentials;
    const own = [
      ...operationsOn(first, second, firstCredentials, true),
      ...operationsOn(second, first, secondCredentials, true),
    ];
    const foreign = [
      ...operationsOn(second, second, firstCredentials, false),
      ...operationsOn(first, first, secondCredentials, false),
    ];

    for (let foreignOperations = 0; foreignOperations < foreignCount; ) {
      const isForeign = random.nextBoolean(0.7);
      if (isForeign) foreignOperations += 1;
      await random.pick(random.pick(isForeign ? foreign : own).operations)();
    }

    expect([...called].sort()).toEqual(listMethodsWithTenants());
    expect(Math.min(first.sessions.size, second.sessions.size)).toBeGreaterThan(0);
    for (const operations of own) {
      for (const sessionId of sessionIds) {
        await operations.getSession(sessionId);
        await operations.listTurns(sessionId);
      }
      for (const agentId of agentIds) {
        await operations.listScenarios(agentId);
        await operations.listRelationships(agentId);
        await operations.getFields(agentId);
      }
    }
  });
});
