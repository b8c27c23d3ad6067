import fc from 'fast-check';
import { ConfigError, loadConfig } from '../../../src/server/config';
import { parseRedisUrl } from '../../../src/server/config/redis-url';

const defaults = { port: 6379, database: 0, username: '', password: '', isTls: false };

describe('a Redis URL', () => {
  it.each([
    ['redis://host', { host: 'host' }],
    ['redis://host/', { host: 'host' }],
    ['rediss://host:7000/3', { host: 'host', port: 7000, database: 3, isTls: true }],
    ['redis://[::1]:7000/0', { host: '::1', port: 7000 }],
    ['redis://:secret@10.0.0.1/15', { host: '10.0.0.1', password: 'secret', database: 15 }],
    ['redis://me:a%23b%40c%2Fd%3Ae%25@host', { host: 'host', username: 'me', password: 'a#b@c/d:e%' }],
    ['redis://me:a:b@host', { host: 'host', username: 'me', password: 'a:b' }],
    ['redis://me@host', { host: 'host', username: 'me' }],
  ])('%s is parsed', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual({ ...defaults, ...expected });
  });

  it.each([
    ['another scheme', 'http://host'],
    ['an uppercase scheme', 'REDIS://host'],
    ['no host', 'redis://'],
    ['no host but a database', 'redis:///0'],
    ['a database that is no number', 'redis://host/x'],
    ['two path segments', 'redis://host/0/1'],
    ['a query', 'redis://host/0?family=6'],
    ['a query that would set the database', 'redis://host?db=3'],
    ['a fragment', 'redis://host/0#x'],
    ['a port above 65535', 'redis://host:65536'],
    ['port 0', 'redis://host:0'],
    ['a port that is no number', 'redis://host:x'],
    ['an invalid IPv6 address', 'redis://[::g]'],
    ['a space', 'redis://ho st'],
    ['a line break at the end', 'redis://host\n'],
    ['an invalid escape', 'redis://:100%@host'],
    ['an escape that is not UTF-8', 'redis://:%ff@host'],
  ])('with %s is invalid', (_, url) => {
    expect(parseRedisUrl(url)).toBeUndefined();
  });

  it('with a password that has a delimiter is invalid, wherever the delimiter is', () => {
    const part = fc.stringMatching(/^[a-z0-9:]{0,8}$/);
    fc.assert(
      fc.property(part, fc.constantFrom('#', '@', '/', '?', '[', ' '), part, (before, delimiter, after) => {
        expect(parseRedisUrl(`redis://user:${before}${delimiter}${after}@host:6379/0`)).toBeUndefined();
      }),
    );
  });

  it('with an encoded password has exactly this password', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
        const url = `redis://user:${encodeURIComponent(password)}@host:6379/1`;
        expect(parseRedisUrl(url)).toEqual({ ...defaults, host: 'host', username: 'user', password, database: 1 });
      }),
    );
  });
});

test('an error about a Redis URL contains no part of its password', () => {
  const secrets = fc.tuple(fc.constantFrom('', '#', '@', '/', '?', '%', ' ', '\n'), fc.constantFrom('', '/x', '?a=b'));
  fc.assert(
    fc.property(secrets, ([delimiter, suffix]) => {
      const env = { ORCHESTRATOR__REDIS__URL: `redis://user:4711${delimiter}hunter@host:x${suffix}` };
      const error = getError(() => loadConfig(env));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toMatch(/redis\.url must be empty or redis:\/\/.*Percent-encode.*ORCHESTRATOR__REDIS__URL/);
      expect(error.message).not.toMatch(/4711|hunter|user:4/);
    }),
  );
});

test.each([
  ['redis.sentinels', 'redis://:hunter2@host:26379'],
  ['redis.cluster', 'redis://:hunter2@host:7000'],
  ['auth.jwks_url', 'http://me:hunter2@host/jwks'],
  ['pipeline.scenario_filtering.base_url', 'https://me:hunter2@host/v1'],
])('an error about a URL in %s does not contain its password', (key, value) => {
  const error = getError(() => loadConfig({ [`ORCHESTRATOR__${key.toUpperCase().replaceAll('.', '__')}`]: value }));
  expect(error.message).toContain(key);
  expect(error.message).not.toContain('hunter2');
});

function getError(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('No error was thrown.');
}
