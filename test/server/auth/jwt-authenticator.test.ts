import fc from 'fast-check';
import { CompactSign, type JWTHeaderParameters } from 'jose';
import { createFileJwks, type JwksSource, RemoteJwks } from '../../../src/server/auth/jwks';
import { JwtAuthenticator } from '../../../src/server/auth/jwt-authenticator';
import { createKeySet, type KeySet } from '../../../src/server/auth/key-set';
import { FakeClock } from '../../support/fake-clock';
import { ReloadedValue } from '../../support/reloaded-value';
import { uuid } from '../../support/session-builder';
import { silentLog } from '../../support/silent-log';
import {
  createIssuerKey,
  type IssuerKey,
  signToken,
  startJwksEndpoint,
  verificationOptions,
} from '../../support/token-issuer';

const clock = new FakeClock();
let keys: readonly [IssuerKey, IssuerKey, IssuerKey];

beforeAll(async () => {
  keys = [await createIssuerKey('one'), await createIssuerKey('two'), await createIssuerKey('three')];
});

const withSource = (source: JwksSource) => new JwtAuthenticator(verificationOptions, source, clock);
const withKeys = (...set: readonly IssuerKey[]) =>
  withSource(createFileJwks(new ReloadedValue(createKeySet(set.map(({ jwk }) => jwk))), silentLog));

/** Signs a token whose header has no `kid`, or another one. */
const signWithKid = (key: IssuerKey, kid?: string) => signText(key, JSON.stringify(createClaims()), { kid });

const createClaims = () => ({
  iss: verificationOptions.issuer,
  aud: verificationOptions.audience,
  exp: Math.floor(clock.now() / 1_000) + 3_600,
  tenant_id: uuid(1),
  scope: 'sessions',
});

/** Signs the text of claims, which need not be valid. Members of the header that are undefined are left out. */
function signText(key: IssuerKey, claims: string, { kid = undefined }: { kid?: string | undefined }): Promise<string> {
  const header: JWTHeaderParameters = kid === undefined ? { alg: key.alg } : { alg: key.alg, kid };
  return new CompactSign(Buffer.from(claims)).setProtectedHeader(header).sign(key.sign);
}

describe('A token without a key id', () => {
  it('is accepted if any of the fitting keys verifies it', async () => {
    const tokens = withKeys(...keys);
    for (const key of keys)
      expect(await tokens.authenticate(await signWithKid(key))).toMatchObject({ kind: 'accepted' });
  });

  it('is refused if none of the fitting keys verifies it', async () => {
    const [one, two, three] = keys;
    for (const tokens of [withKeys(one), withKeys(one, two)]) {
      expect(await tokens.authenticate(await signWithKid(three))).toMatchObject({
        kind: 'refused',
        failure: 'bad_signature',
      });
    }
  });

  it('is accepted after a rotation, because the keys are fetched again', async () => {
    const [one, two] = keys;
    const endpoint = await startJwksEndpoint([one]);
    try {
      const source = new RemoteJwks(endpoint.url, clock, silentLog);
      await source.refresh();
      endpoint.keys = [two];
      clock.advance(5_000);
      expect(await withSource(source).authenticate(await signWithKid(two))).toMatchObject({ kind: 'accepted' });
    } finally {
      await endpoint.stop();
    }
  });
});

test('a token is accepted if its key shares its id with another key', async () => {
  const [one, two] = keys;
  const tokens = withKeys(
    { ...one, jwk: { ...one.jwk, kid: 'shared' } },
    { ...two, jwk: { ...two.jwk, kid: 'shared' } },
  );
  for (const key of [one, two]) {
    expect(await tokens.authenticate(await signWithKid(key, 'shared'))).toMatchObject({ kind: 'accepted' });
  }
});

test('an empty set for a moment is UNAVAILABLE, and the keys are fetched again after five seconds', async () => {
  const [one] = keys;
  const endpoint = await startJwksEndpoint([one]);
  try {
    const source = new RemoteJwks(endpoint.url, clock, silentLog);
    const tokens = withSource(source);
    await source.refresh();
    const token = await signToken(one, clock.now());
    endpoint.keys = [];
    await source.refresh();
    expect(await tokens.authenticate(token)).toMatchObject({ kind: 'unavailable' });
    endpoint.keys = [one];
    clock.advance(5_000);
    expect(await tokens.authenticate(token)).toMatchObject({ kind: 'accepted' });
  } finally {
    await endpoint.stop();
  }
});

test('a key that is withdrawn while a token is verified is not cached', async () => {
  const [one, two] = keys;
  const withdrawn = createKeySet([one.jwk]);
  const remaining = createKeySet([two.jwk]);
  let current: KeySet = {
    ...withdrawn,
    find: (header, token) => {
      current = remaining;
      return withdrawn.find(header, token);
    },
  };
  const source: JwksSource = {
    get current() {
      return current;
    },
    refetch: async () => current,
  };
  const tokens = withSource(source);
  const token = await signToken(one, clock.now());
  await tokens.authenticate(token);
  expect(current).toBe(remaining);
  expect(await tokens.authenticate(token)).toMatchObject({ kind: 'refused', failure: 'unknown_key' });
});

describe('The claim "exp"', () => {
  it.each([
    ['8640000000001', 'claims'],
    ['1e300', 'claims'],
    ['1e400', 'claims'],
    ['-1', 'expired'],
    ['-8640000000001', 'expired'],
    ['-1e300', 'expired'],
    ['-1e400', 'expired'],
    ['"tomorrow"', 'claims'],
    ['null', 'claims'],
    ['[1]', 'claims'],
  ])('%s is refused as %s', async (exp, failure) => {
    const [one] = keys;
    const claims = JSON.stringify({ ...createClaims(), exp: 0 }).replace('"exp":0', `"exp":${exp}`);
    expect(await withKeys(one).authenticate(await signText(one, claims, { kid: 'one' }))).toMatchObject({
      kind: 'refused',
      failure,
    });
  });

  it('in the range of dates is accepted', async () => {
    const [one] = keys;
    const exp = 8_640_000_000_000 - verificationOptions.clockSkewMs / 1_000;
    expect(await withKeys(one).authenticate(await signToken(one, clock.now(), { exp }))).toMatchObject({
      kind: 'accepted',
    });
  });
});

test('a token with any claims and a genuine signature is accepted or refused', async () => {
  const [one] = keys;
  const tokens = withKeys(one);
  const hostile = fc.oneof(fc.jsonValue(), fc.constant({ toString: 1, valueOf: 1 }), fc.double());
  const claims = fc.record(
    {
      iss: fc.oneof(fc.constant(verificationOptions.issuer), hostile),
      aud: fc.oneof(fc.constant(verificationOptions.audience), hostile),
      exp: fc.oneof(fc.constant(createClaims().exp), hostile),
      nbf: hostile,
      sub: hostile,
      jti: hostile,
      tenant_id: fc.oneof(fc.constant(uuid(1)), hostile),
      scope: hostile,
    },
    { requiredKeys: [] },
  );
  const accepted = fc.record({ sub: hostile, jti: hostile, scope: hostile }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        claims,
        accepted.map((some) => ({ ...createClaims(), ...some })),
      ),
      async (value) => {
        const token = await signText(one, JSON.stringify(value), { kid: 'one' });
        expect(['accepted', 'refused']).toContain((await tokens.authenticate(token)).kind);
      },
    ),
    { numRuns: 300, examples: [[{ ...createClaims(), sub: { toString: 1, valueOf: 1 } }]] },
  );
});
