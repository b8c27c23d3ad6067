import { createHmac } from 'node:crypto';
import type { CallError } from 'scenario-orchestrator-client';
import { SessionServiceService } from '../../../../gen/focal/orchestration/v1/session_service';
import { CredentialAuthenticator, parseApiKeys } from '../../../../src/server/auth';
import { RemoteJwks } from '../../../../src/server/auth/jwks';
import { JwtAuthenticator } from '../../../../src/server/auth/jwt-authenticator';
import { anApiKey, type MadeKey } from '../../../support/api-keys';
import { FakeClock } from '../../../support/fake-clock';
import { callMethod, failureOf, type GrpcUnderTest, startGrpc } from '../../../support/grpc-under-test';
import { healthOf } from '../../../support/health';
import { ReloadedValue } from '../../../support/reloaded-value';
import { aSession, uuid } from '../../../support/session-builder';
import { silentLog } from '../../../support/silent-log';
import {
  type IssuerKey,
  issuerKey,
  type KeyEndpoint,
  signedToken,
  startKeyEndpoint,
  tokenRules,
} from '../../../support/token-issuer';

const clock = new FakeClock();
let key: IssuerKey;
let rsaKey: IssuerKey;
/** The issuer has it, and its algorithm is none that is accepted. */
let otherKey: IssuerKey;
let endpoint: KeyEndpoint;
let fetched: RemoteJwks;
let grpc: GrpcUnderTest;

const pipeline = anApiKey('pipeline');
const brief = anApiKey('brief', uuid(1), ['sessions'], 'expires_at = 2023-11-15T00:00:00Z'); // two hours after the clock's begin
const apiKeys = new ReloadedValue(parseApiKeys(pipeline.entry + brief.entry));

beforeAll(async () => {
  [key, rsaKey, otherKey] = [await issuerKey('one'), await issuerKey('rsa', 'RS256'), await issuerKey('es', 'ES384')];
  endpoint = await startKeyEndpoint([key, rsaKey, otherKey]);
  fetched = new RemoteJwks(endpoint.url, clock, silentLog);
  const tokens = new JwtAuthenticator(tokenRules, fetched, clock);
  grpc = await startGrpc(
    { readSession: async (id) => aSession(id) },
    { authenticator: new CredentialAuthenticator({ apiKeys, tokens }, clock) },
    undefined,
    { clock },
  );
});
afterAll(async () => {
  await grpc.stop();
  await endpoint.stop();
});

/** Reads a session of tenant 1 with a value of `authorization`. */
const read = (authorization?: string) =>
  callMethod(
    grpc,
    SessionServiceService.getSession,
    { tenantId: uuid(1), sessionId: uuid(3) },
    authorization === undefined ? {} : { metadata: { authorization } },
  );

const failure = (authorization?: string): Promise<CallError> => failureOf(read(authorization));

/** Why the newest refusal was, as the log has it. */
function loggedFailure(): unknown {
  return grpc.logged.findLast(({ message }) => message === 'call refused for who calls')?.fields['failure'];
}

const withKey = ({ key: secret }: MadeKey) => `Bearer ${secret}`;
const withToken = async (...how: Parameters<typeof signedToken>) => `Bearer ${await signedToken(...how)}`;

/** A token of parts that no library would sign. */
function craftedToken(header: object, claims: object, signature: (signed: string) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `Bearer ${signed}.${signature(signed)}`;
}

const goodClaims = () => ({
  iss: tokenRules.issuer,
  aud: tokenRules.audience,
  exp: Math.floor(clock.now() / 1_000) + 3_600,
  tenant_id: uuid(1),
  scope: 'sessions',
});

describe('A call', () => {
  it('without a credential is refused, and is told which ones are accepted', async () => {
    expect(await failure()).toMatchObject({
      status: 'UNAUTHENTICATED',
      reason: 'UNAUTHENTICATED',
      message: expect.stringMatching(/API key .*or send a token of the configured issuer/),
    });
    expect(loggedFailure()).toBe('missing');
  });

  it.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer a b', 'so_'.padEnd(46, 'x')])(
    'with "%s" is refused as malformed',
    async (authorization) => {
      expect(await failure(authorization)).toMatchObject({ reason: 'UNAUTHENTICATED' });
      expect(loggedFailure()).toBe('malformed');
    },
  );

  it('for health needs no credential', async () => {
    expect(await healthOf(grpc.address)).toBe('SERVING');
  });

  it('is refused before its body is decoded', async () => {
    const call = new Promise((resolve) => {
      grpc.client.makeUnaryRequest(
        SessionServiceService.getSession.path,
        () => Buffer.from('no request at all'),
        (bytes) => bytes,
        {},
        (error) => resolve(error?.code),
      );
    });
    expect(await call).toBe(16); // UNAUTHENTICATED, not INVALID_ARGUMENT
  });

  it('leaves nothing of its credential in the log', async () => {
    const secret = anApiKey('nobody').key;
    await failure(`Bearer ${secret}`);
    await failure(await withToken(await issuerKey('one'), clock.now()));
    expect(JSON.stringify(grpc.logged)).not.toContain(secret.slice(3, 20));
    expect(JSON.stringify(grpc.logged)).not.toContain('eyJ');
  });
});

describe('An API key', () => {
  it('lets its holder in, also where the word Bearer is spelled otherwise', async () => {
    expect(await read(withKey(pipeline))).toMatchObject({ session: { sessionId: uuid(3) } });
    expect(await read(`bearer ${pipeline.key}`)).toMatchObject({ session: { sessionId: uuid(3) } });
  });

  it('that nobody has made is refused without a word on why', async () => {
    expect(await failure(withKey(anApiKey('guessed')))).toMatchObject({
      reason: 'UNAUTHENTICATED',
      message: expect.stringContaining('The API key is invalid.'),
    });
    expect(loggedFailure()).toBe('unknown_key');
  });

  it('that is shorter than one is refused, whatever its hash', async () => {
    await failure('Bearer so_short');
    expect(loggedFailure()).toBe('malformed');
  });

  it('holds until it expires, and then is told when it did', async () => {
    const { now } = clock;
    try {
      clock.now = () => Date.UTC(2023, 10, 14, 23, 59, 59, 999);
      expect(await read(withKey(brief))).toMatchObject({ session: { sessionId: uuid(3) } });
      clock.now = () => Date.UTC(2023, 10, 15);
      expect(await failure(withKey(brief))).toMatchObject({
        reason: 'UNAUTHENTICATED',
        message: expect.stringContaining('expired at 2023-11-15T00:00:00.000Z'),
      });
      expect(loggedFailure()).toBe('expired');
    } finally {
      clock.now = now;
    }
  });

  it('is revoked by a file without it, while another one of the same tenant holds', async () => {
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
  it.each(['one', 'rsa'])('of the issuer lets its holder in, signed with the key %s', async (kid) => {
    const signer = kid === 'one' ? key : rsaKey;
    const authorization = await withToken(signer, clock.now());
    expect(await read(authorization)).toMatchObject({ session: { sessionId: uuid(3) } });
    expect(await read(authorization)).toMatchObject({ session: { sessionId: uuid(3) } });
  });

  it.each<[string, () => object, string, string]>([
    ['of another issuer', () => ({ iss: 'https://other.test' }), 'issuer', '"iss"'],
    ['for another audience', () => ({ aud: 'billing' }), 'audience', '"aud"'],
    ['without an audience', () => ({ aud: undefined }), 'audience', '"aud"'],
    ['without an end', () => ({ exp: undefined }), 'claims', '"exp"'],
    ['that expired', () => ({ exp: 1_600_000_000 }), 'expired', 'expired at 2020-09-13T12:26:40.000Z'],
    ['that holds only later', () => ({ nbf: clock.now() / 1_000 + 31 }), 'not_yet_valid', '"nbf"'],
    ['whose tenant is no UUID', () => ({ tenant_id: '../other' }), 'claims', '"tenant_id"'],
    ['whose tenant is a list', () => ({ tenant_id: [uuid(1)] }), 'claims', '"tenant_id"'],
    ['without a tenant', () => ({ tenant_id: undefined }), 'claims', '"tenant_id"'],
  ])('%s is refused, and its holder is told', async (_which, claims, why, told) => {
    expect(await failure(await withToken(key, clock.now(), { ...claims() }))).toMatchObject({
      reason: 'UNAUTHENTICATED',
      message: expect.stringContaining(told),
    });
    expect(loggedFailure()).toBe(why);
  });

  it('is given the skew of the clocks at both ends, and no more', async () => {
    const seconds = Math.floor(clock.now() / 1_000);
    await read(await withToken(key, clock.now(), { exp: seconds - 29 }));
    await read(await withToken(key, clock.now(), { nbf: seconds + 29 }));
    await failure(await withToken(key, clock.now(), { exp: seconds - 31 }));
    expect(loggedFailure()).toBe('expired');
  });

  it('that was verified before is refused once it has expired', async () => {
    const authorization = await withToken(key, clock.now(), { exp: Math.floor(clock.now() / 1_000) + 10 });
    await read(authorization);
    clock.advance(41_000);
    await failure(authorization);
    expect(loggedFailure()).toBe('expired');
  });

  const neverSigned: readonly (readonly [string, () => Promise<string>, string])[] = [
    ['with the algorithm "none"', async () => craftedToken({ alg: 'none' }, goodClaims(), () => ''), 'algorithm'],
    [
      'with the algorithm "none" in other letters, and the signature of another token',
      async () => craftedToken({ alg: 'nOnE', kid: 'one' }, goodClaims(), () => 'c2ln'),
      'algorithm',
    ],
    [
      'with HS256 and the public key for the secret',
      async () => {
        const secret = JSON.stringify(rsaKey.jwk);
        const sign = (signed: string) => createHmac('sha256', secret).update(signed).digest('base64url');
        return craftedToken({ alg: 'HS256', kid: 'rsa' }, goodClaims(), sign);
      },
      'algorithm',
    ],
    ['with an algorithm that is not accepted', () => withToken(otherKey, clock.now()), 'algorithm'],
    [
      'with the key that it brings along',
      async () => {
        const own = await issuerKey('one');
        return withToken(own, clock.now(), {}, { jwk: own.jwk });
      },
      'bad_signature',
    ],
    [
      'with claims that were changed after it was signed',
      async () => {
        const [header, , signature] = (await signedToken(key, clock.now())).split('.');
        const claims = Buffer.from(JSON.stringify({ ...goodClaims(), tenant_id: '*' })).toString('base64url');
        return `Bearer ${header}.${claims}.${signature}`;
      },
      'bad_signature',
    ],
    [
      'with a key that the issuer does not have',
      async () => withToken(await issuerKey('two'), clock.now()),
      'unknown_key',
    ],
    ['with the key of another algorithm', () => withToken(key, clock.now(), {}, { kid: 'rsa' }), 'unknown_key'],
    ['with nothing in it', async () => 'Bearer ..', 'malformed'],
    ['that is another one cut short', async () => (await withToken(key, clock.now())).slice(0, -100), 'malformed'],
  ];
  it.each(neverSigned)('%s is refused without a word on why', async (_which, make, why) => {
    expect(await failure(await make())).toMatchObject({
      status: 'UNAUTHENTICATED',
      message: expect.stringContaining('The token is invalid.'),
    });
    expect(loggedFailure()).toBe(why);
  });
});

describe('The keys of the issuer', () => {
  it('are fetched anew for a token with a new key, and one that they lack by then is refused', async () => {
    const [old, next] = [await issuerKey('old'), await issuerKey('next')];
    endpoint.keys = [old];
    await fetched.refresh();
    const oldToken = await withToken(old, clock.now());
    await read(oldToken);
    endpoint.keys = [next];
    clock.advance(5_000);
    await read(await withToken(next, clock.now()));
    await failure(oldToken);
    expect(loggedFailure()).toBe('unknown_key');
  });

  it('that are known go on to hold while the endpoint is away; of others it cannot be told, and to ask again is right', async () => {
    const [known, unseen] = [await issuerKey('known'), await issuerKey('unseen')];
    endpoint.keys = [known];
    await fetched.refresh();
    endpoint.away = true;
    clock.advance(5_000);
    const later = await withToken(unseen, clock.now());
    expect(await failure(later)).toMatchObject({
      status: 'UNAVAILABLE',
      reason: 'AUTHENTICATION_UNAVAILABLE',
      retryAfterMs: 1_000,
    });
    expect(loggedFailure()).toBe('unavailable');
    await read(await withToken(known, clock.now()));
    endpoint.away = false;
    endpoint.keys = [known, unseen];
    clock.advance(5_000);
    await read(later);
  });

  it('are asked for at most once in five seconds, however many tokens name keys that nobody has', async () => {
    clock.advance(5_000);
    const before = endpoint.asked;
    const invented = await Promise.all([1, 2, 3, 4, 5].map((number) => issuerKey(`invented-${number}`)));
    for (const each of invented) await failure(await withToken(each, clock.now()));
    expect(endpoint.asked - before).toBe(1);
  });
});
