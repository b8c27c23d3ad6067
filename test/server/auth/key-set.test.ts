import { createFileJwks } from '../../../src/server/auth/jwks';
import { JwtAuthenticator } from '../../../src/server/auth/jwt-authenticator';
import { createKeySet, parseKeySet } from '../../../src/server/auth/key-set';
import { FakeClock } from '../../support/fake-clock';
import { createMalformedKeys, createOtherKeys } from '../../support/key-sets';
import { ReloadedValue } from '../../support/reloaded-value';
import { silentLog } from '../../support/silent-log';
import { createIssuerKey, type IssuerKey, signToken, verificationOptions } from '../../support/token-issuer';

const clock = new FakeClock();
let keys: readonly IssuerKey[];
const getKey = (index: number): IssuerKey => {
  const key = keys[index];
  if (key === undefined) throw new Error(`There is no key ${index}.`);
  return key;
};

beforeAll(async () => {
  keys = [await createIssuerKey('genuine'), await createIssuerKey('faulty')];
});

/** Authenticates with a set of keys. `header` replaces members of the token's header. */
async function authenticate(set: readonly unknown[], key: IssuerKey, header: { kid?: string } = {}) {
  const keySet = createKeySet(set);
  const authenticator = new JwtAuthenticator(
    verificationOptions,
    createFileJwks(new ReloadedValue(keySet), silentLog),
    clock,
  );
  return await authenticator.authenticate(await signToken(key, clock.now(), {}, header));
}

// The titles do not depend on the key.
const malformedTitles = createMalformedKeys({ kty: 'EC' }).map(([title], index) => [title, index] as const);
const otherTitles = createOtherKeys({ kty: 'EC' }).map(([title], index) => [title, index] as const);

describe('A set with a key', () => {
  it.each(malformedTitles)('%s still verifies the tokens of the other keys', async (_title, index) => {
    const malformed = createMalformedKeys(getKey(1).jwk)[index]?.[1];
    const set = [malformed, getKey(0).jwk];
    expect(await authenticate(set, getKey(0))).toMatchObject({ kind: 'accepted' });
    expect(await authenticate(set, getKey(1))).toMatchObject({ kind: 'unavailable' });
    expect(await authenticate(set, getKey(1), { kid: 'invented' })).toMatchObject({ failure: 'unknown_key' });
    const { problems } = createKeySet(set);
    expect(problems).toEqual([expect.stringMatching(/^keys\[0\] /)]);
    expect(problems.join()).not.toContain('c2VjcmV0');
  });

  it.each(otherTitles)('%s ignores it', async (_title, index) => {
    const set = [createOtherKeys(getKey(1).jwk)[index]?.[1], getKey(0).jwk];
    expect(await authenticate(set, getKey(0))).toMatchObject({ kind: 'accepted' });
    expect(await authenticate(set, getKey(1))).toMatchObject({ kind: 'refused', failure: 'unknown_key' });
    expect(createKeySet(set).problems).toEqual([]);
  });

  it.each([null, 5, 'key', [], true])('%j in place of a key reports it', async (value) => {
    const set = [value, getKey(0).jwk];
    expect(await authenticate(set, getKey(0))).toMatchObject({ kind: 'accepted' });
    expect(createKeySet(set).problems).toHaveLength(1);
  });
});

test('an empty set makes authentication unavailable, because no token could be valid', async () => {
  expect(await authenticate([], getKey(0))).toMatchObject({ kind: 'unavailable' });
  expect(createKeySet([]).problems).toEqual(['the set has no key for signatures']);
});

test.each(['', '{', 'null', '[]', '{}', '{"keys":{}}', '"keys"'])('%j is not a key set', (text) => {
  expect(() => parseKeySet(text)).toThrow(Error);
});
