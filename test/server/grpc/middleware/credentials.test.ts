import { createHmac } from 'node:crypto';
import type { CallError } from 'scenario-orchestrator-client';
import { SessionServiceService } from '../../../../gen/focal/orchestration/v1/session_service';
import { CredentialAuthenticator, parseApiKeys } from '../../../../src/server/auth';
import { RemoteJwks } from '../../../../src/server/auth/jwks';
import { JwtAuthenticator } from '../../../../src/server/auth/jwt-authenticator';
import { type ApiKeyFixture, anApiKey } from '../../../support/api-keys';
import { FakeClock } from '../../../support/fake-clock';
import { callMethod, type GrpcUnderTest, getCallError, startGrpc } from '../../../support/grpc-under-test';
import { getHealth } from '../../../support/health';
import { ReloadedValue } from '../../../support/reloaded-value';
import { aSession, uuid } from '../../../support/session-builder';
import { silentLog } from '../../../support/silent-log';
import {
  createIssuerKey,
  type IssuerKey,
  type JwksEndpoint,
  signToken,
  startJwksEndpoint,
  verificationOptions,
} from '../../../support/token-issuer';

const clock = new FakeClock();
let key: IssuerKey;
let rsaKey: IssuerKey;
/** A key of the issuer whose algorithm is not accepted. */
let otherKey: IssuerKey;
let endpoint: JwksEndpoint;
let fetched: RemoteJwks;
let grpc: GrpcUnderTest;

const pipeline = anApiKey('pipeline');
const expiringKey = anApiKey('brief', uuid(1), ['sessions'], 'expires_at = 2023-11-15T00:00:00Z'); // two hours after the start of the clock
const apiKeys = new ReloadedValue(parseApiKeys(pipeline.entry + expiringKey.entry));

beforeAll(async () => {
  [key, rsaKey, otherKey] = [
    await createIssuerKey('one'),
    await createIssuerKey('rsa', 'RS256'),
    await createIssuerKey('es', 'ES384'),
  ];
  endpoint = await startJwksEndpoint([key, rsaKey, otherKey]);
  fetched = new RemoteJwks(endpoint.url, clock, silentLog);
  const tokens = new JwtAuthenticator(verificationOptions, fetched, clock);
  grpc = await startGrpc(
    { getSession: async (id) => aSession(id) },
    { authenticator: new CredentialAuthenticator({ apiKeys, tokens }, clock) },
    undefined,
    { clock },
  );
});
afterAll(async () => {
  await grpc.stop();
  await endpoint.stop();
});

/** Reads a session of tenant 1 with an authorization header. */
const read = (authorization?: string) =>
  callMethod(
    grpc,
    SessionServiceService.getSession,
    { tenantId: uuid(1), sessionId: uuid(3) },
    authorization === undefined ? {} : { metadata: { authorization } },
  );

const failure = (authorization?: string): Promise<CallError> => getCallError(read(authorization));

/** Returns the failure of the last denied call in the log. */
function getLoggedFailure(): unknown {
  return grpc.logged.findLast(({ message }) => message === 'access denied')?.fields['failure'];
}

const withKey = ({ key: secret }: ApiKeyFixture) => `Bearer ${secret}`;
const withToken = async (...how: Parameters<typeof signToken>) => `Bearer ${await signToken(...how)}`;

/** Creates a token that no library would sign. */
function createForgedToken(header: object, claims: object, signature: (signed: string) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `Bearer ${signed}.${signature(signed)}`;
}

const validClaims = () => ({
  iss: verificationOptions.issuer,
  aud: verificationOptions.audience,
  exp: Math.floor(clock.now() / 1_000) + 3_600,
  tenant_id: uuid(1),
  scope: 'sessions',
});

describe('A call', () => {
  it('is rejected without a credential, with the accepted kinds of credentials', async () => {
    expect(await failure()).toMatchObject({
      status: 'UNAUTHENTICATED',
      reason: 'UNAUTHENTICATED',
      message: expect.stringMatching(/API key .*or send a token of the configured issuer/),
    });
    expect(getLoggedFailure()).toBe('missing');
  });

  it.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer a b', 'so_'.padEnd(46, 'x')])(
    'with "%s" is rejected as malformed',
    async (authorization) => {
      expect(await failure(authorization)).toMatchObject({ reason: 'UNAUTHENTICATED' });
      expect(getLoggedFailure()).toBe('malformed');
    },
  );

  it('needs no credential for a health check', async () => {
    expect(await getHealth(grpc.address)).toBe('SERVING');
  });

  it('is rejected before its body is decoded', async () => {
    const call = new Promise((resolve) => {
      grpc.client.makeUnaryRequest(
        SessionServiceService.getSession.path,
        () => Buffer.from('not a request'),
        (bytes) => bytes,
        {},
        (error) => resolve(error?.code),
      );
    });
    expect(await call).toBe(16); // UNAUTHENTICATED, not INVALID_ARGUMENT
  });

  it('does not log any part of its credential', async () => {
    const secret = anApiKey('unknown').key;
    await failure(`Bearer ${secret}`);
    await failure(await withToken(await createIssuerKey('one'), clock.now()));
    expect(JSON.stringify(grpc.logged)).not.toContain(secret.slice(3, 20));
    expect(JSON.stringify(grpc.logged)).not.toContain('eyJ');
  });
});

describe('An API key', () => {
  it('is accepted, with the word Bearer in any case', async () => {
    expect(await read(withKey(pipeline))).toMatchObject({ session: { sessionId: uuid(3) } });
    expect(await read(`bearer ${pipeline.key}`)).toMatchObject({ session: { sessionId: uuid(3) } });
  });

  it('is rejected without a reason if it is unknown', async () => {
    expect(await failure(withKey(anApiKey('guessed')))).toMatchObject({
      reason: 'UNAUTHENTICATED',
      message: expect.stringContaining('The API key is invalid.'),
    });
    expect(getLoggedFailure()).toBe('unknown_key');
  });

  it('is rejected as malformed if it is too short', async () => {
    await failure('Bearer so_short');
    expect(getLoggedFailure()).toBe('malformed');
  });

  it('is accepted until it expires, and the error states the expiry time', async () => {
    const { now } = clock;
    try {
      clock.now = () => Date.UTC(2023, 10, 14, 23, 59, 59, 999);
      expect(await read(withKey(expiringKey))).toMatchObject({ session: { sessionId: uuid(3) } });
      clock.now = () => Date.UTC(2023, 10, 15);
      expect(await failure(withKey(expiringKey))).toMatchObject({
        reason: 'UNAUTHENTICATED',
        message: expect.stringContaining('expired at 2023-11-15T00:00:00.000Z'),
      });
      expect(getLoggedFailure()).toBe('expired');
    } finally {
      clock.now = now;
    }
  });

  it('is revoked when it is removed from the file, while another key of the same tenant stays valid', async () => {
    const [old, next] = [anApiKey('old', uuid(1)), anApiKey('next', uuid(1))];
    const before = apiKeys.current;
    apiKeys.change(parseApiKeys(old.entry + next.entry));
    await read(withKey(old));
    await read(withKey(next));
    apiKeys.change(parseApiKeys(next.entry));
    await read(withKey(next));
    expect(await failure(withKey(old))).toMatchObject({ reason: 'UNAUTHENTICATED' });
    apiKeys.change(before);
  });
});

describe('A token', () => {
  it.each(['one', 'rsa'])('is accepted if the issuer signed it with the key %s', async (kid) => {
    const signer = kid === 'one' ? key : rsaKey;
    const authorization = await withToken(signer, clock.now());
    expect(await read(authorization)).toMatchObject({ session: { sessionId: uuid(3) } });
    expect(await read(authorization)).toMatchObject({ session: { sessionId: uuid(3) } });
  });

  it.each<[string, () => object, string, string]>([
    ['of another issuer', () => ({ iss: 'https://other.test' }), 'issuer', '"iss"'],
    ['for another audience', () => ({ aud: 'billing' }), 'audience', '"aud"'],
    ['without an audience', () => ({ aud: undefined }), 'audience', '"aud"'],
    ['without an expiry', () => ({ exp: undefined }), 'claims', '"exp"'],
    ['that expired', () => ({ exp: 1_600_000_000 }), 'expired', 'expired at 2020-09-13T12:26:40.000Z'],
    ['that is not valid yet', () => ({ nbf: clock.now() / 1_000 + 31 }), 'not_yet_valid', '"nbf"'],
    ['whose tenant is not a UUID', () => ({ tenant_id: '../other' }), 'claims', '"tenant_id"'],
    ['whose tenant is a list', () => ({ tenant_id: [uuid(1)] }), 'claims', '"tenant_id"'],
    ['without a tenant', () => ({ tenant_id: undefined }), 'claims', '"tenant_id"'],
  ])('%s is rejected with the reason', async (_which, claims, failureReason, message) => {
    expect(await failure(await withToken(key, clock.now(), { ...claims() }))).toMatchObject({
      reason: 'UNAUTHENTICATED',
      message: expect.stringContaining(message),
    });
    expect(getLoggedFailure()).toBe(failureReason);
  });

  it('is accepted within the clock skew, and not outside it', async () => {
    const seconds = Math.floor(clock.now() / 1_000);
    await read(await withToken(key, clock.now(), { exp: seconds - 29 }));
    await read(await withToken(key, clock.now(), { nbf: seconds + 29 }));
    await failure(await withToken(key, clock.now(), { exp: seconds - 31 }));
    expect(getLoggedFailure()).toBe('expired');
  });

  it('is rejected after it has expired, even if it was verified before', async () => {
    const authorization = await withToken(key, clock.now(), { exp: Math.floor(clock.now() / 1_000) + 10 });
    await read(authorization);
    clock.advance(41_000);
    await failure(authorization);
    expect(getLoggedFailure()).toBe('expired');
  });

  const forgedTokens: readonly (readonly [string, () => Promise<string>, string])[] = [
    ['with the algorithm "none"', async () => createForgedToken({ alg: 'none' }, validClaims(), () => ''), 'algorithm'],
    [
      'with the algorithm "none" in another case, and the signature of another token',
      async () => createForgedToken({ alg: 'nOnE', kid: 'one' }, validClaims(), () => 'c2ln'),
      'algorithm',
    ],
    [
      'with HS256 and the public key as the secret',
      async () => {
        const secret = JSON.stringify(rsaKey.jwk);
        const sign = (signed: string) => createHmac('sha256', secret).update(signed).digest('base64url');
        return createForgedToken({ alg: 'HS256', kid: 'rsa' }, validClaims(), sign);
      },
      'algorithm',
    ],
    ['with an algorithm that is not accepted', () => withToken(otherKey, clock.now()), 'algorithm'],
    [
      'with a key in its header',
      async () => {
        const own = await createIssuerKey('one');
        return withToken(own, clock.now(), {}, { jwk: own.jwk });
      },
      'bad_signature',
    ],
    [
      'with claims that were changed after signing',
      async () => {
        const [header, , signature] = (await signToken(key, clock.now())).split('.');
        const claims = Buffer.from(JSON.stringify({ ...validClaims(), tenant_id: '*' })).toString('base64url');
        return `Bearer ${header}.${claims}.${signature}`;
      },
      'bad_signature',
    ],
    [
      'with a key that the issuer does not have',
      async () => withToken(await createIssuerKey('two'), clock.now()),
      'unknown_key',
    ],
    ['with the key of another algorithm', () => withToken(key, clock.now(), {}, { kid: 'rsa' }), 'unknown_key'],
    ['with empty parts', async () => 'Bearer ..', 'malformed'],
    ['that is truncated', async () => (await withToken(key, clock.now())).slice(0, -100), 'malformed'],
  ];
  it.each(forgedTokens)('%s is rejected without a reason', async (_which, make, failureReason) => {
    expect(await failure(await make())).toMatchObject({
      status: 'UNAUTHENTICATED',
      message: expect.stringContaining('The token is invalid.'),
    });
    expect(getLoggedFailure()).toBe(failureReason);
  });
});

describe('The keys of the issuer', () => {
  it('are fetched again for a token with a new key, and a removed key is rejected', async () => {
    const [old, next] = [await createIssuerKey('old'), await createIssuerKey('next')];
    endpoint.keys = [old];
    await fetched.refresh();
    const oldToken = await withToken(old, clock.now());
    await read(oldToken);
    endpoint.keys = [next];
    clock.advance(5_000);
    await read(await withToken(next, clock.now()));
    await failure(oldToken);
    expect(getLoggedFailure()).toBe('unknown_key');
  });

  it('stay valid while the endpoint is unavailable, and an unknown key gets AUTHENTICATION_UNAVAILABLE', async () => {
    const [known, unseen] = [await createIssuerKey('known'), await createIssuerKey('unseen')];
    endpoint.keys = [known];
    await fetched.refresh();
    endpoint.isUnavailable = true;
    clock.advance(5_000);
    const later = await withToken(unseen, clock.now());
    expect(await failure(later)).toMatchObject({
      status: 'UNAVAILABLE',
      reason: 'AUTHENTICATION_UNAVAILABLE',
      retryAfterMs: 1_000,
    });
    expect(getLoggedFailure()).toBe('unavailable');
    await read(await withToken(known, clock.now()));
    endpoint.isUnavailable = false;
    endpoint.keys = [known, unseen];
    clock.advance(5_000);
    await read(later);
  });

  it('are fetched at most once in five seconds for unknown keys', async () => {
    clock.advance(5_000);
    const before = endpoint.requestCount;
    const invented = await Promise.all([1, 2, 3, 4, 5].map((number) => createIssuerKey(`invented-${number}`)));
    for (const each of invented) await failure(await withToken(each, clock.now()));
    expect(endpoint.requestCount - before).toBe(1);
  });
});
