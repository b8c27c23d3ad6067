import { parseApiKeys, parseClientCertificates } from '../../../src/server/auth';
import { authenticateClientCertificate } from '../../../src/server/auth/client-certificates';
import type { ClientCertificate } from '../../../src/server/ports/authenticator';
import { anApiKey } from '../../support/api-keys';
import { uuid } from '../../support/session-builder';

const hash = 'a'.repeat(64);
const keyOf = (lines: Readonly<Record<string, string>>): string => {
  const all = { id: '"k"', sha256: `"${hash}"`, tenant: '"*"', scopes: '["turns"]', ...lines };
  return `[[keys]]\n${Object.entries(all)
    .map(([name, value]) => `${name} = ${value}`)
    .join('\n')}\n`;
};

describe('A file of API keys', () => {
  it('says for each key whose it is, for what, and until when', () => {
    const keys = parseApiKeys(
      keyOf({ tenant: `"${uuid(0xab).toUpperCase()}"`, expires_at: '2027-01-31T00:00:00+01:00' }) +
        keyOf({ id: '"other"', sha256: `"${'B'.repeat(64)}"`, scopes: '["sessions", "catalogue"]' }),
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

  it('may say that nobody is let in', () => {
    expect(parseApiKeys('keys = []\n').size).toBe(0);
  });

  it.each<[string, string, string]>([
    ['that is empty, as one that is just being written', '', 'keys: must be given as [[keys]]; write keys = []'],
    ['that is not TOML', '[[keys]\n', 'is not TOML, line 1'],
    ['with something else in it', 'key = 1\n', 'Unrecognized key'],
    ['with an unknown line', keyOf({ tennant: '"*"' }), 'Unrecognized key'],
    ['with a hash that is none', keyOf({ sha256: '"so_secret"' }), 'keys[0].sha256: must be 64 hexadecimal digits'],
    [
      'with a tenant that is none',
      keyOf({ tenant: '"everybody"' }),
      'keys[0].tenant: must be the UUID of a tenant, or "*"',
    ],
    [
      'with a scope that is none',
      keyOf({ scopes: '["admin"]' }),
      'must be a list of one or more of "turns", "sessions"',
    ],
    ['without a scope', keyOf({ scopes: '[]' }), 'keys[0].scopes: must be a list of one or more'],
    [
      "with a date of nobody's time zone",
      keyOf({ expires_at: '2027-01-31T00:00:00' }),
      'must be a date and time with an offset',
    ],
    ['with an id that could break a line of the log', keyOf({ id: '"a b"' }), 'keys[0].id: must be 1 to 64 letters'],
    ['with an id twice', keyOf({}) + keyOf({ sha256: `"${'b'.repeat(64)}"` }), 'the id "k" is given twice'],
    ['with a hash twice', keyOf({}) + keyOf({ id: '"l"' }), 'two entries have the same sha256'],
  ])('%s is refused, and no value of it is told', (_which, text, problem) => {
    expect(() => parseApiKeys(text)).toThrow(problem);
    expect(() => parseApiKeys(text)).not.toThrow(/so_secret|aaaa/);
  });

  it('tells every problem at once', () => {
    expect(() => parseApiKeys(keyOf({ sha256: '""', tenant: '""' }))).toThrow(/tenant: .*; keys\[0\]\.sha256: /);
  });

  it('never holds a key', () => {
    const { key, entry } = anApiKey('k');
    expect(entry).not.toContain(key.slice(3));
  });
});

describe('A file of client certificates', () => {
  const grant = (id: string, name: string) => `[[clients]]\nid = "${id}"\n${name}\ntenant = "*"\nscopes = ["turns"]\n`;
  const certificate = (parts: Partial<ClientCertificate>): ClientCertificate => ({
    commonName: undefined,
    uris: [],
    dnsNames: [],
    expiresAt: 2,
    ...parts,
  });
  const owner = (text: string, parts: Partial<ClientCertificate>): string => {
    const found = authenticateClientCertificate(parseClientCertificates(text), certificate(parts), 1);
    return found.kind === 'accepted' ? found.principal.name : found.kind;
  };

  it.each<[string, string, Partial<ClientCertificate>, boolean]>([
    ['the very URI', 'uri = "spiffe://a/b"', { uris: ['spiffe://a/b'] }, true],
    ['a segment for *', 'uri = "spiffe://a/*/c"', { uris: ['spiffe://a/b/c'] }, true],
    ['no two segments for *', 'uri = "spiffe://a/*/c"', { uris: ['spiffe://a/b/b/c'] }, false],
    ['no empty segment for *', 'uri = "spiffe://a/*/c"', { uris: ['spiffe://a//c'] }, false],
    ['not a part of a URI', 'uri = "spiffe://a"', { uris: ['spiffe://a/b', 'x spiffe://a'] }, false],
    ['a URI only as a URI', 'uri = "a.test"', { dnsNames: ['a.test'], commonName: 'a.test' }, false],
    ['a DNS name in other letters', 'dns = "a.test"', { dnsNames: ['A.Test'] }, true],
    ['a label for *', 'dns = "*.a.test"', { dnsNames: ['b.a.test'] }, true],
    ['no two labels for *', 'dns = "*.a.test"', { dnsNames: ['c.b.a.test'] }, false],
    ['a dot as a dot', 'dns = "a.test"', { dnsNames: ['axtest'] }, false],
    ['the very common name', 'common_name = "a*"', { commonName: 'a*' }, true],
    ['no pattern of a common name', 'common_name = "a*"', { commonName: 'ab' }, false],
    ['no common name where there is none', 'common_name = "undefined"', {}, false],
  ])('accepts %s', (_what, line, parts, fits) => {
    expect(owner(grant('it', line), parts)).toBe(fits ? 'certificate:it' : 'refused');
  });

  it('is read from the top: the first that fits counts', () => {
    const text = grant('first', 'dns = "*.test"') + grant('second', 'dns = "a.test"');
    expect(owner(text, { dnsNames: ['a.test'] })).toBe('certificate:first');
  });

  it('does not help a certificate that has expired since it was shown', () => {
    expect(owner(grant('it', 'dns = "a.test"'), { dnsNames: ['a.test'], expiresAt: 1 })).toBe('refused');
  });

  it.each(['', 'uri = "a"\ndns = "b"'])('is refused where an entry has not exactly one name: %j', (line) => {
    expect(() => parseClientCertificates(grant('it', line))).toThrow('needs exactly one of uri, dns and common_name');
  });
});
