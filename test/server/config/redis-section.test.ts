import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig, toRedisEndpoint } from '../../../src/server/config';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeFile(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

type Keys = Readonly<Record<string, string | undefined>>;

/** Returns the environment variables that set keys of [redis]. */
const toEnvironment = (keys: Keys) =>
  Object.fromEntries(Object.entries(keys).map(([key, value]) => [`ORCHESTRATOR__REDIS__${key.toUpperCase()}`, value]));
const noFiles = { password: '', sentinelPassword: '', ca: '', cert: '', key: '' };
const loadEndpoint = (keys: Keys) => toRedisEndpoint(loadConfig(toEnvironment(keys)), noFiles);

/** Returns the problems without their origins; none if the configuration is valid. */
function findProblems(keys: Keys): string[] {
  try {
    loadConfig(toEnvironment(keys));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, message }) => `${key} ${message}`);
  }
  return [];
}

describe('the Redis endpoint', () => {
  it('is undefined without an address', () => {
    expect(toRedisEndpoint(loadConfig({}), noFiles)).toBeUndefined();
  });

  it('is a single server for a URL', () => {
    expect(loadEndpoint({ url: 'redis://host:1/2' })).toEqual({
      kind: 'single',
      address: { host: 'host', port: 1 },
      database: 2,
    });
  });

  it('is the master of the Sentinels for a list of Sentinels', () => {
    const keys = { sentinels: 'a:26379, [::1]:26380', sentinel_name: 'main', sentinel_password: 's', tls: 'true' };
    expect(loadEndpoint(keys)).toEqual({
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

  it('is a Cluster for a list of nodes, also in a file', () => {
    const file = writeFile('cluster.toml', '[redis]\ncluster = ["10.0.0.1:7000", "node-2:7001"]');
    expect(toRedisEndpoint(loadConfig({ ORCHESTRATOR_CONFIG: file }), noFiles)).toEqual({
      kind: 'cluster',
      seeds: [
        { host: '10.0.0.1', port: 7_000 },
        { host: 'node-2', port: 7_001 },
      ],
    });
  });

  it('has password and certificates from the contents of the files', () => {
    const [password_file, tls_ca_file, tls_cert_file, tls_key_file] = ['a', 'b', 'c', 'd'].map((name) =>
      writeFile(name, 'x'),
    );
    const keys = { password_file, tls_ca_file, tls_cert_file, tls_key_file, tls_server_name: 'redis.example' };
    const config = loadConfig(toEnvironment({ url: 'rediss://orchestrator@host', ...keys }));
    const contents = { ...noFiles, password: 's3cret', ca: 'authority', cert: 'certificate', key: 'key' };
    expect(toRedisEndpoint(config, contents)).toMatchObject({
      login: { username: 'orchestrator', password: 's3cret' },
      tls: { ca: 'authority', cert: 'certificate', key: 'key', serverName: 'redis.example' },
    });
  });
});

describe('an invalid section [redis]', () => {
  const cases: { title: string; keys: Keys; problems: (string | RegExp)[] }[] = [
    {
      title: 'several addresses of Redis',
      keys: { url: 'redis://a', sentinels: 'b:1', cluster: 'c:1' },
      problems: [
        'redis.sentinels cannot be combined with another address of Redis; set only one of redis.url, sentinels and cluster; ' +
          'found ["b:1"]',
        'redis.cluster cannot be combined with another address of Redis; set only one of redis.url, sentinels and cluster; ' +
          'found ["c:1"]',
      ],
    },
    {
      title: 'an address without a port',
      keys: { cluster: 'a:1,b' },
      problems: ['redis.cluster must be a list of host:port addresses; found ["a:1","b"]'],
    },
    {
      title: 'an invalid port',
      keys: { sentinels: 'a:65536' },
      problems: ['redis.sentinels must be a list of host:port addresses; found ["a:65536"]'],
    },
    {
      title: 'two passwords, without showing them',
      keys: { url: 'redis://:first@a', password: 'second' },
      problems: ['redis.password is already set by redis.url; set only one of them'],
    },
    {
      title: 'a user of the URL without a password',
      keys: { url: 'redis://me@a' },
      problems: [/^redis.url has a user without a password/],
    },
    {
      title: 'two users',
      keys: { url: 'redis://me@a', username: 'you', password: 'x' },
      problems: ['redis.username is already set by redis.url; set only one of them; found "you"'],
    },
    {
      title: 'a user without a password',
      keys: { url: 'redis://a', username: 'me', sentinel_username: 'you' },
      problems: [/^redis.username requires a password/, /^redis.sentinel_username requires a password/],
    },
    {
      title: 'a missing file and an empty file',
      keys: { url: 'rediss://a', password_file: '/does/not/exist', tls_ca_file: writeFile('empty.pem', '\n') },
      problems: [
        /^redis.password_file must be empty or the path of a non-empty text file; ENOENT.*; found "\/does\/not\/exist"/,
        /^redis.tls_ca_file must be empty or the path of a non-empty text file; found/,
      ],
    },
    {
      title: 'TLS settings without TLS',
      keys: { url: 'redis://a', tls_ca_file: writeFile('some.pem', 'x'), tls_server_name: 'a' },
      problems: [/^redis.tls_ca_file requires TLS/, /^redis.tls_server_name requires TLS/],
    },
    {
      title: 'a certificate without its key',
      keys: { url: 'rediss://a', tls_cert_file: writeFile('some.pem', 'x') },
      problems: [/^redis.tls_key_file and redis.tls_cert_file must be set together/],
    },
    {
      title: 'an unknown durability together with every other problem',
      keys: { url: 'redis://a', cluster: 'b:1', durability: 'fsync' },
      problems: [
        /^redis.durability must be one of "acknowledged", "replicated"/,
        /^redis.cluster cannot be combined with another address/,
      ],
    },
  ];

  it.each(cases)('reports $title', ({ keys, problems }) => {
    expect(findProblems(keys)).toEqual(
      problems.map((problem) => (typeof problem === 'string' ? problem : expect.stringMatching(problem))),
    );
  });

  it('never shows a password', () => {
    const keys = { password: 's3cret'.repeat(200), sentinel_password: 's3cret'.repeat(200) };
    const problems = findProblems(keys);
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('s3cret');
  });
});
