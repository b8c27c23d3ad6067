import { parseApiKeys, parseClientCertificates } from '../../../src/server/auth';
import { authenticateClientCertificate } from '../../../src/server/auth/client-certificates';
import type { ClientCertificate } from '../../../src/server/ports/authenticator';
import { anApiKey } from '../../support/api-keys';
import { uuid } from '../../support/session-builder';

const hash = 'a'.repeat(64);
const keyEntry = (fields: Readonly<Record<string, string>>): string => {
  const all = { id: '"k"', sha256: `"${hash}"`, tenant: '"*"', scopes: '["turns"]', ...fields };
  return `[[keys]]\n${Object.entries(all)
    .map(([name, value]) => `${name} = ${value}`)
    .join('\n')}\n`;
};

describe('a file of API keys', () => {
  it('has tenant, scopes and expiry of every key', () => {
    const keys = parseApiKeys(
      keyEntry({ tenant: `"${uuid(0xab).toUpperCase()}"`, expires_at: '2027-01-31T00:00:00+01:00' }) +
        keyEntry({ id: '"other"', sha256: `"${'B'.repeat(64)}"`, scopes: '["sessions", "catalogue"]' }),
    );
    expect([...keys]).toEqual([
      [
        hash,
        { name: 'api_key:k', tenantId: uuid(0xab), scopes: new Set(['turns']), expiresAt: Date.UTC(2027, 0, 30, 23) },
      ],
      [
        'b'.repeat(64),
        {
          name: 'api_key:other',
          tenantId: undefined,
          scopes: new Set(['sessions', 'catalogue']),
          expiresAt: Number.POSITIVE_INFINITY,
        },
      ],
    ]);
  });

  it('may be an empty list', () => {
    expect(parseApiKeys('keys = []\n').size).toBe(0);
  });

  it.each<[string, string, string]>([
    ['that is empty, like one that is being written,', '', 'keys: is required as [[keys]]; write keys = []'],
    ['that is not TOML', '[[keys]\n', 'is not valid TOML, line 1'],
    ['with another table', 'key = 1\n', 'Unrecognized key'],
    ['with an unknown field', keyEntry({ tennant: '"*"' }), 'Unrecognized key'],
    ['with an invalid hash', keyEntry({ sha256: '"so_secret"' }), 'keys[0].sha256: must be 64 hexadecimal digits'],
    [
      'with an invalid tenant',
      keyEntry({ tenant: '"everybody"' }),
      'keys[0].tenant: must be the UUID of a tenant, or "*"',
    ],
    [
      'with an unknown scope',
      keyEntry({ scopes: '["admin"]' }),
      'must be a list of one or more of "turns", "sessions"',
    ],
    ['without a scope', keyEntry({ scopes: '[]' }), 'keys[0].scopes: must be a list of one or more'],
    [
      'with a date and time without an offset',
      keyEntry({ expires_at: '2027-01-31T00:00:00' }),
      'must be a date and time with an offset',
    ],
    ['with a space in an id', keyEntry({ id: '"a b"' }), 'keys[0].id: must be 1 to 64 letters'],
    ['with a duplicate id', keyEntry({}) + keyEntry({ sha256: `"${'b'.repeat(64)}"` }), 'the id "k" is used twice'],
    ['with a duplicate hash', keyEntry({}) + keyEntry({ id: '"l"' }), 'two entries have the same sha256'],
  ])('%s is invalid, and the message has no secret value', (_which, text, problem) => {
    expect(() => parseApiKeys(text)).toThrow(problem);
    expect(() => parseApiKeys(text)).not.toThrow(/so_secret|aaaa/);
  });

  it('reports all problems together', () => {
    expect(() => parseApiKeys(keyEntry({ sha256: '""', tenant: '""' }))).toThrow(/tenant: .*; keys\[0\]\.sha256: /);
  });

  it('contains only the hashes of the keys', () => {
    const { key, entry } = anApiKey('k');
    expect(entry).not.toContain(key.slice(3));
  });
});

describe('a file of client certificates', () => {
  const grant = (id: string, name: string) => `[[clients]]\nid = "${id}"\n${name}\ntenant = "*"\nscopes = ["turns"]\n`;
  const certificate = (parts: Partial<ClientCertificate>): ClientCertificate => ({
    commonName: undefined,
    uris: [],
    dnsNames: [],
    expiresAt: 2,
    ...parts,
  });
  const authenticate = (text: string, parts: Partial<ClientCertificate>): string => {
    const result = authenticateClientCertificate(parseClientCertificates(text), certificate(parts), 1);
    return result.kind === 'accepted' ? result.principal.name : result.kind;
  };

  it.each<[string, string, Partial<ClientCertificate>, boolean]>([
    ['a URI matches itself', 'uri = "spiffe://a/b"', { uris: ['spiffe://a/b'] }, true],
    ['* in a URI matches one segment', 'uri = "spiffe://a/*/c"', { uris: ['spiffe://a/b/c'] }, true],
    ['* in a URI does not match two segments', 'uri = "spiffe://a/*/c"', { uris: ['spiffe://a/b/b/c'] }, false],
    ['* in a URI does not match an empty segment', 'uri = "spiffe://a/*/c"', { uris: ['spiffe://a//c'] }, false],
    ['a URI does not match a part of a URI', 'uri = "spiffe://a"', { uris: ['spiffe://a/b', 'x spiffe://a'] }, false],
    [
      'a URI does not match DNS name or common name',
      'uri = "a.test"',
      { dnsNames: ['a.test'], commonName: 'a.test' },
      false,
    ],
    ['a DNS name matches case-insensitively', 'dns = "a.test"', { dnsNames: ['A.Test'] }, true],
    ['* in a DNS name matches one label', 'dns = "*.a.test"', { dnsNames: ['b.a.test'] }, true],
    ['* in a DNS name does not match two labels', 'dns = "*.a.test"', { dnsNames: ['c.b.a.test'] }, false],
    ['a dot in a DNS name matches only a dot', 'dns = "a.test"', { dnsNames: ['axtest'] }, false],
    ['a common name matches itself', 'common_name = "a*"', { commonName: 'a*' }, true],
    ['* in a common name is not a wildcard', 'common_name = "a*"', { commonName: 'ab' }, false],
    ['a certificate without a common name does not match', 'common_name = "undefined"', {}, false],
  ])('%s', (_title, line, parts, isMatch) => {
    expect(authenticate(grant('it', line), parts)).toBe(isMatch ? 'certificate:it' : 'refused');
  });

  it('the first matching grant applies', () => {
    const text = grant('first', 'dns = "*.test"') + grant('second', 'dns = "a.test"');
    expect(authenticate(text, { dnsNames: ['a.test'] })).toBe('certificate:first');
  });

  it('a certificate that expired after the connection was opened is refused', () => {
    expect(authenticate(grant('it', 'dns = "a.test"'), { dnsNames: ['a.test'], expiresAt: 1 })).toBe('refused');
  });

  it.each(['', 'uri = "a"\ndns = "b"'])('an entry without exactly one name is invalid: %j', (line) => {
    expect(() => parseClientCertificates(grant('it', line))).toThrow(
      'must have exactly one of uri, dns and common_name',
    );
  });
});
