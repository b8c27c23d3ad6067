import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig, toRedisEndpoint } from '../../../src/server/config';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function aFile(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

type Keys = Readonly<Record<string, string>>;

/** The environment that sets keys of the section. */
const environment = (keys: Keys) =>
  Object.fromEntries(Object.entries(keys).map(([key, value]) => [`ORCHESTRATOR__REDIS__${key.toUpperCase()}`, value]));
const endpointOf = (keys: Keys) => toRedisEndpoint(loadConfig(environment(keys)));

/** The lines of the refusal, without the heading and without where each value comes from. */
function problemsOf(keys: Keys): string[] {
  try {
    loadConfig(environment(keys));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, message }) => `${key} ${message}`);
  }
  return [];
}

describe('the endpoint', () => {
  it('is none where nothing says where Redis is', () => {
    expect(toRedisEndpoint(loadConfig({}))).toBeUndefined();
  });

  it('is a single Redis for a URL', () => {
    expect(endpointOf({ url: 'redis://host:1/2' })).toEqual({ kind: 'single', url: 'redis://host:1/2' });
  });

  it('is the master of Sentinels for a list of them', () => {
    const keys = { sentinels: 'a:26379, [::1]:26380', sentinel_name: 'main', sentinel_password: 's', tls: 'true' };
    expect(endpointOf(keys)).toEqual({
      kind: 'sentinel',
      sentinels: [
        { host: 'a', port: 26_379 },
        { host: '::1', port: 26_380 },
      ],
      name: 'main',
      sentinelLogin: { username: '', password: 's' },
      tls: { ca: '', cert: '', key: '', serverName: '' },
    });
  });

  it('is a Cluster for a list of its nodes, also in a file', () => {
    const file = aFile('cluster.toml', '[redis]\ncluster = ["10.0.0.1:7000", "node-2:7001"]');
    expect(toRedisEndpoint(loadConfig({ ORCHESTRATOR_CONFIG: file }))).toEqual({
      kind: 'cluster',
      seeds: [
        { host: '10.0.0.1', port: 7_000 },
        { host: 'node-2', port: 7_001 },
      ],
    });
  });

  it('has the password and the certificates of files, without the line break at their ends', () => {
    const keys = {
      url: 'rediss://host',
      username: 'orchestrator',
      password_file: aFile('password', 's3cret\n'),
      tls_ca_file: aFile('ca.pem', 'authority'),
      tls_cert_file: aFile('cert.pem', 'certificate'),
      tls_key_file: aFile('key.pem', 'key'),
      tls_server_name: 'redis.example',
    };
    expect(endpointOf(keys)).toMatchObject({
      login: { username: 'orchestrator', password: 's3cret' },
      tls: { ca: 'authority', cert: 'certificate', key: 'key', serverName: 'redis.example' },
    });
  });
});

describe('a faulty section', () => {
  const cases: { title: string; keys: Keys; problems: (string | RegExp)[] }[] = [
    {
      title: 'two places of Redis',
      keys: { url: 'redis://a', sentinels: 'b:1', cluster: 'c:1' },
      problems: [
        'redis.sentinels is the second answer to where Redis is; set one of url, sentinels and cluster; found ["b:1"]',
        'redis.cluster is the second answer to where Redis is; set one of url, sentinels and cluster; found ["c:1"]',
      ],
    },
    {
      title: 'an address without a port',
      keys: { cluster: 'a:1,b' },
      problems: ['redis.cluster must be a list of host:port; found ["a:1","b"]'],
    },
    {
      title: 'a port that is none',
      keys: { sentinels: 'a:65536' },
      problems: ['redis.sentinels must be a list of host:port; found ["a:65536"]'],
    },
    {
      title: 'a password that is given twice, and shows none',
      keys: { url: 'redis://:first@a', password: 'second' },
      problems: ['redis.password is given already by redis.url; set one of the two'],
    },
    {
      title: 'a user without a password',
      keys: { url: 'redis://a', username: 'me', sentinel_username: 'you' },
      problems: [/^redis.username needs a password/, /^redis.sentinel_username needs a password/],
    },
    {
      title: 'a file that is not there, another without text',
      keys: { url: 'rediss://a', password_file: '/does/not/exist', tls_ca_file: aFile('empty.pem', '\n') },
      problems: [
        /^redis.password_file must be empty or the path of a file with text in it; ENOENT.*; found "\/does\/not\/exist"/,
        /^redis.tls_ca_file must be empty or the path of a file with text in it; found/,
      ],
    },
    {
      title: 'TLS keys without TLS',
      keys: { url: 'redis://a', tls_ca_file: aFile('some.pem', 'x'), tls_server_name: 'a' },
      problems: [/^redis.tls_ca_file has no effect without TLS/, /^redis.tls_server_name has no effect without TLS/],
    },
    {
      title: 'a certificate without its key',
      keys: { url: 'rediss://a', tls_cert_file: aFile('some.pem', 'x') },
      problems: [/^redis.tls_key_file belongs to a certificate/],
    },
    {
      title: 'a durability that is none, and every other problem with it',
      keys: { url: 'redis://a', cluster: 'b:1', durability: 'fsync' },
      problems: [
        /^redis.durability must be one of "acknowledged", "replicated"/,
        /^redis.cluster is the second answer/,
      ],
    },
  ];

  it.each(cases)('with $title is refused', ({ keys, problems }) => {
    expect(problemsOf(keys)).toEqual(
      problems.map((problem) => (typeof problem === 'string' ? problem : expect.stringMatching(problem))),
    );
  });

  it('never shows a password', () => {
    const keys = { password: 's3cret'.repeat(200), sentinel_password: 's3cret'.repeat(200) };
    const problems = problemsOf(keys);
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('s3cret');
  });
});
