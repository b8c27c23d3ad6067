import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import { CredentialAuthenticator, parseApiKeys } from '../../../src/server/auth';
import { createFileJwks } from '../../../src/server/auth/jwks';
import { JwtAuthenticator } from '../../../src/server/auth/jwt-authenticator';
import { createKeySet } from '../../../src/server/auth/key-set';
import { SystemClock } from '../../../src/server/runtime/system';
import { anApiKey } from '../../support/api-keys';
import { callMethod, type GrpcUnderTest, getCallError, startGrpc } from '../../support/grpc-under-test';
import { ReloadedValue } from '../../support/reloaded-value';
import { aSession } from '../../support/session-builder';
import { silentLog } from '../../support/silent-log';
import { createIssuerKey, signToken, verificationOptions } from '../../support/token-issuer';

const { getSession } = SessionServiceService;
const tenant = 'abcdef01-2345-4789-abcd-ef0123456789';
const sessionId = 'fedcba98-2345-4789-abcd-ef0123456789';
const spellings = [tenant, tenant.toUpperCase(), 'ABCdef01-2345-4789-abCD-Ef0123456789'];
type CallMetadata = Readonly<Record<string, string>>;

let grpc: GrpcUnderTest;
let credentials: readonly CallMetadata[];

beforeAll(async () => {
  const clock = new SystemClock();
  const keys = spellings.map((spelling, index) => anApiKey(`key${index}`, spelling));
  const issuer = await createIssuerKey('issuer');
  const jwks = createFileJwks(new ReloadedValue(createKeySet([issuer.jwk])), silentLog);
  const authenticator = new CredentialAuthenticator(
    {
      apiKeys: new ReloadedValue(parseApiKeys(keys.map(({ entry }) => entry).join('\n'))),
      tokens: new JwtAuthenticator(verificationOptions, jwks, clock),
    },
    clock,
  );
  const tokens = await Promise.all(
    spellings.map((spelling) => signToken(issuer, clock.now(), { tenant_id: spelling })),
  );
  credentials = [
    ...keys.map(({ metadata }) => metadata),
    ...tokens.map((token) => ({ authorization: `Bearer ${token}` })),
  ];
  grpc = await startGrpc({ getSession: async (key) => aSession(key) }, { authenticator });
});
afterAll(() => grpc.stop());

test('a credential is valid for its tenant in every spelling of both', async () => {
  for (const metadata of credentials) {
    for (const tenantId of spellings) {
      const { session } = await callMethod(grpc, getSession, { tenantId, sessionId }, { metadata });
      expect(session).toMatchObject({ tenantId: tenant, sessionId });
    }
  }
});

test('a credential is not valid for another tenant in any spelling', async () => {
  for (const metadata of credentials) {
    for (const tenantId of [sessionId, sessionId.toUpperCase()]) {
      const call = callMethod(grpc, getSession, { tenantId, sessionId }, { metadata });
      expect(await getCallError(call)).toMatchObject({ reason: 'TENANT_MISMATCH' });
    }
  }
});
