import { ConfigError, listUnknownVariables, loadConfig } from '../../../src/server/config';
import { knownKeys } from '../../../src/server/config/schema';

/** Returns the problems of an environment, with their origins; none if the configuration is valid. */
function findProblems(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').slice(1);
  }
  return [];
}

describe('the name of a variable', () => {
  it.each([
    'ORCHESTRATOR_REDIS_URL',
    'ORCHESTRATOR_REDIS__URL',
    'orchestrator__redis__url',
    'Orchestrator__Redis__Url',
    'ORCHESTRATOR-REDIS__URL',
    'ORCHESTRATOR.REDIS.URL',
    'ORCHESTRATOR-REDIS-URL',
    'SCENARIO_ORCHESTRATOR_REDIS_URL',
    'SCENARIO_ORCHESTRATOR__REDIS__URL',
  ])('%s is an error that has the right name, without the value', (name) => {
    expect(findProblems({ [name]: 'redis://:s3cret@host' })[0]).toBe(
      `  redis.url is not read from this variable; set ORCHESTRATOR__REDIS__URL (${name})`,
    );
    expect(findProblems({ [name]: 'redis://:s3cret@host' }).join()).not.toContain('s3cret');
  });

  it('is an error with one underscore instead of two, for every key', () => {
    const keys = [...knownKeys.keys()];
    const env = Object.fromEntries(keys.map((key) => [`ORCHESTRATOR_${key.replaceAll('.', '_').toUpperCase()}`, 'x']));
    const problems = findProblems(env);
    for (const key of keys) expect(problems).toContainEqual(expect.stringContaining(`  ${key} is not read from this`));
  });

  it.each([
    ['ORCHESTRATOR__REDIS_URL', /redis_url is unknown; the key is redis.url, or ORCHESTRATOR__REDIS__URL in the/],
    ['ORCHESTRATOR_REDIS_URI', /redis is not read from this variable; set the keys of \[redis\]/],
    ['ORCHESTRATOR_REDIS_HOST', /redis is not read from this variable; set the keys of \[redis\]/],
    ['ORCHESTRATOR_CONFIG_FILE', /ORCHESTRATOR_CONFIG_FILE: is not read; set ORCHESTRATOR_CONFIG/],
    ['orchestrator_config', /orchestrator_config: is not read; set ORCHESTRATOR_CONFIG/],
  ])('%s is an error', (name, problem) => {
    expect(findProblems({ [name]: 'x' })).toEqual([expect.stringMatching(problem)]);
  });

  it('in two cases is an error', () => {
    const env = { ORCHESTRATOR__SERVER__PORT: '1', ORCHESTRATOR__server__port: '2' };
    expect(findProblems(env)).toEqual([
      '  server.port is set by ORCHESTRATOR__SERVER__PORT too; set only one of them (ORCHESTRATOR__server__port)',
    ]);
  });

  it('with a similar prefix and no key is no error and is listed', () => {
    const env = { ORCHESTRATOR_IMAGE: 'x', orchestrator_color: 'y', ORCHESTRATORX: 'z', MY_ORCHESTRATOR_PORT: '1' };
    expect(findProblems(env)).toEqual([]);
    expect(listUnknownVariables(env)).toEqual(['ORCHESTRATOR_IMAGE', 'orchestrator_color']);
  });

  it('that Kubernetes or the command line uses is neither an error nor listed', () => {
    const env = {
      ORCHESTRATOR_CONFIG: '',
      SCENARIO_ORCHESTRATOR_SERVER: '127.0.0.1:50051',
      SCENARIO_ORCHESTRATOR_TOKEN_FILE: '/token',
      // Services with the names orchestrator, orchestrator-server and orchestrator-redis.
      ORCHESTRATOR_SERVICE_HOST: '10.0.0.1',
      ORCHESTRATOR_SERVICE_PORT_GRPC: '50051',
      ORCHESTRATOR_PORT: 'tcp://10.0.0.1:50051',
      ORCHESTRATOR_SERVER_PORT: 'tcp://10.0.0.1:50051',
      ORCHESTRATOR_REDIS_SERVICE_HOST: '10.0.0.2',
      ORCHESTRATOR_REDIS_PORT: 'tcp://10.0.0.2:6379',
      ORCHESTRATOR_REDIS_PORT_6379_TCP_ADDR: '10.0.0.2',
      REDIS_SERVICE_HOST: '10.0.0.2',
      REDIS_PORT: 'tcp://10.0.0.2:6379',
      REDIS_PORT_6379_TCP_ADDR: '10.0.0.2',
    };
    expect(findProblems(env)).toEqual([]);
    expect(listUnknownVariables(env)).toEqual([]);
  });
});

describe('the address of a Redis for other programs', () => {
  const addresses = [
    ['REDIS_URL', 'redis://:s3cret@host'],
    ['redis_url', 'host'],
    ['REDIS_URI', 'host'],
    ['REDIS_HOST', 'host'],
    ['REDISHOST', 'host'],
    ['REDIS_ADDR', 'host:6379'],
    ['REDIS_TLS_URL', 'rediss://host'],
    ['REDISCLOUD_URL', 'host'],
    ['SESSION_REDIS_ENDPOINT', 'host'],
    ['REDIS_SENTINELS', 'host'],
    ['VALKEY_URL', 'host'],
    ['CACHE', 'rediss://:s3cret@host'],
  ] as const;

  it.each(addresses)('%s prevents a silent embedded store', (name, value) => {
    const problems = findProblems({ [name]: value });
    expect(problems).toEqual([
      expect.stringContaining(`  ${name}: has the address of a Redis that this service does not`),
    ]);
    expect(problems.join()).not.toContain('s3cret');
  });

  it.each(addresses)('%s is no problem if Redis is configured, or if the embedded store is intended', (name, value) => {
    expect(findProblems({ [name]: value, ORCHESTRATOR__REDIS__URL: 'redis://host' })).toEqual([]);
    expect(findProblems({ [name]: value, ORCHESTRATOR__EMBEDDED__IGNORE_REDIS_VARIABLES: 'true' })).toEqual([]);
  });

  it('is not recognized in a variable without an address', () => {
    expect(findProblems({ REDIS_DOWNLOAD_URL: 'https://download.redis.io/redis.tar.gz' })).toEqual([]);
    expect(findProblems({ REDIS_URL: '', REDIS_VERSION: '7', REDISCLI_AUTH: 'x', PREDISPOSED_URL: 'x' })).toEqual([]);
  });
});
