import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConditionLimits } from '../../../src/core/conditions';
import { defaultSettings } from '../../../src/core/model/settings';
import { ConfigError, loadConfig, toConditionLimits, toSessionLimits, toSettings } from '../../../src/server/config';
import { defaultServerOptions } from '../../../src/server/grpc';
import { defaultSessionLimits } from '../../../src/server/ports/session-limits';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let fileCount = 0;
function writeFile(content: string): string {
  fileCount += 1;
  const path = join(folder, `${fileCount}.toml`);
  writeFileSync(path, content);
  return path;
}

/** Returns the lines of the error message without the heading; none if the configuration is valid. */
function findProblems(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe('the default configuration', () => {
  it('has the default settings of the rules', () => {
    expect(toSettings(loadConfig({}))).toEqual(defaultSettings);
  });

  it('has the default limits of conditions', () => {
    expect(toConditionLimits(loadConfig({}))).toEqual(defaultConditionLimits);
  });

  it('listens on loopback and uses the embedded store', () => {
    const { server, redis } = loadConfig({});
    expect(server).toMatchObject({ host: '127.0.0.1', allow_insecure: false });
    expect(redis.url).toBe('');
  });
});

describe('precedence', () => {
  it('a later file overrides an earlier one and the environment overrides all files, key by key', () => {
    const first = writeFile('[server]\nport = 1\nreflection = false\nmax_calls_in_flight = 7');
    const second = writeFile('[server]\nport = 2\nmax_calls_in_flight = 8');
    const { server } = loadConfig({ ORCHESTRATOR_CONFIG: `${first}:${second}`, ORCHESTRATOR__SERVER__PORT: '3' });
    expect(server).toMatchObject({ port: 3, max_calls_in_flight: 8, reflection: false, host: '127.0.0.1' });
  });

  it('an environment variable is converted to the type of its key, also in nested sections', () => {
    const config = loadConfig({
      ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__MAX_LOOP_COUNT: '9',
      ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__START_THRESHOLD: '0.75',
      ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__RESUME_POLICY: 'explicit',
      ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__ENABLED: 'false',
      ORCHESTRATOR__REDIS__KEY_PREFIX: '12',
      UNRELATED__SERVER__PORT: 'x',
    });
    expect(toSettings(config)).toMatchObject({
      maxLoopCount: 9,
      startThreshold: 0.75,
      resumePolicy: 'explicit',
      filteringEnabled: false,
    });
    expect(config.redis.key_prefix).toBe('12');
  });
});

describe('an invalid configuration', () => {
  const cases: { title: string; env: NodeJS.ProcessEnv; problems: (string | RegExp)[] }[] = [
    {
      title: 'a number out of range',
      env: { ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__MAX_SIMULTANEOUS_SCENARIOS: '21' },
      problems: [
        'pipeline.scenario_orchestration.max_simultaneous_scenarios must be a whole number, 1..20; found 21 ' +
          '(ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__MAX_SIMULTANEOUS_SCENARIOS)',
      ],
    },
    {
      title: 'text instead of a number',
      env: { ORCHESTRATOR__SERVER__PORT: 'http' },
      problems: ['server.port must be a whole number, 0..65535; found "http" (ORCHESTRATOR__SERVER__PORT)'],
    },
    {
      title: 'a fraction instead of a whole number',
      env: { ORCHESTRATOR__SERVER__PORT: '80.5' },
      problems: ['server.port must be a whole number, 0..65535; found 80.5 (ORCHESTRATOR__SERVER__PORT)'],
    },
    {
      title: 'an empty variable instead of a boolean',
      env: { ORCHESTRATOR__SERVER__REFLECTION: '' },
      problems: ['server.reflection must be true or false; found "" (ORCHESTRATOR__SERVER__REFLECTION)'],
    },
    {
      title: 'an unknown enum value',
      env: { ORCHESTRATOR__TELEMETRY__LOG_LEVEL: 'loud' },
      problems: [
        'telemetry.log_level must be one of "debug", "info", "warn", "error", "silent"; found "loud" ' +
          '(ORCHESTRATOR__TELEMETRY__LOG_LEVEL)',
      ],
    },
    {
      title: 'a misspelled key',
      env: { ORCHESTRATOR__EMBEDDED__PAHT: '/tmp' },
      problems: [
        'embedded.paht is unknown; the keys of [embedded] are path, compact_at_start, ignore_redis_variables (ORCHESTRATOR__EMBEDDED__PAHT)',
      ],
    },
    {
      title: 'a misspelled section',
      env: { ORCHESTRATOR__SERVERS__PORT: '1' },
      problems: [/^servers\.port is unknown; the sections are pipeline, .*server, http, redis/],
    },
    {
      title: 'a value for a section',
      env: { ORCHESTRATOR__REDIS: 'redis://x' },
      problems: ['redis is a section, not a key; set a key of it (ORCHESTRATOR__REDIS)'],
    },
    {
      title: 'an address that other machines can reach',
      env: { ORCHESTRATOR__SERVER__HOST: '0.0.0.0' },
      problems: [/^server\.host is not a loopback address and authentication is off, .*server\.allow_insecure = true/],
    },
    {
      title: 'a duration without a unit',
      env: { ORCHESTRATOR__LIMITS__SESSION_TTL: '30' },
      problems: [/^limits\.session_ttl must be a duration, 1m\.\.3650d: .*; found "30" /],
    },
    {
      title: 'a duration out of range',
      env: { ORCHESTRATOR__LIMITS__SESSION_TTL: '59s' },
      problems: [/^limits\.session_ttl must be a duration, 1m\.\.3650d/],
    },
    {
      title: 'an invalid Redis URL, which is not shown because it may contain a password',
      env: { ORCHESTRATOR__REDIS__URL: 'user:s3cret@host' },
      problems: [/^redis.url must be empty or redis:\/\/[^"]*\(ORCHESTRATOR__REDIS__URL\)$/],
    },
    {
      title: 'a key of legacy sessions without the tenant',
      env: { ORCHESTRATOR__REDIS__OLDER_SESSION_KEY: 'conversation:{session_id}' },
      problems: [/^redis\.older_session_key must be empty, or .* with \{tenant_id\} and \{session_id\}/],
    },
    {
      title: 'a key of legacy sessions with an unknown placeholder',
      env: { ORCHESTRATOR__REDIS__OLDER_SESSION_KEY: '{agent_id}:{tenant_id}:{session_id}' },
      problems: [/^redis\.older_session_key must be empty, or .* no other \{name\}/],
    },
    {
      title: 'a model without an endpoint and with two API keys',
      env: {
        ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__USE_LLM: 'true',
        ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__API_KEY: 'first secret',
        ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__API_KEY_FILE: __filename,
      },
      problems: [
        /scenario_filtering\.base_url is required if .*use_llm is true; set the URL of an OpenAI-compatible API/,
        /scenario_filtering\.api_key_file is already set by pipeline\.scenario_filtering\.api_key/,
      ],
    },
    {
      title: 'an endpoint with a password in its URL',
      env: { ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__BASE_URL: 'https://user:word@host/v1' },
      problems: [/scenario_filtering\.base_url must be empty or an http:\/\/ or https:\/\/ URL without user/],
    },
    {
      title: 'an endpoint on another machine in plain text',
      env: { ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__BASE_URL: 'http://models.internal/v1' },
      problems: [
        /scenario_filtering\.base_url is an http:\/\/ URL on another machine, .*set .*scenario_filtering\.allow_insecure/,
      ],
    },
    {
      title: 'semantic evaluation by a model that is off',
      env: { ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__SEMANTIC_EVALUATION: 'llm' },
      problems: [/semantic_evaluation "llm" requires the model; set .*use_llm = true, or use "off" or "embedding"/],
    },
    {
      title: 'several problems of different kinds',
      env: {
        ORCHESTRATOR__SERVER__PORT: 'x',
        ORCHESTRATOR__SERVER__HOST: '10.0.0.1',
        ORCHESTRATOR__LIMITS__NOTHING: '1',
        ORCHESTRATOR_CONFIG: '/does/not/exist.toml',
      },
      problems: [
        /^\/does\/not\/exist\.toml: cannot be read: ENOENT/,
        /^limits\.nothing is unknown/,
        /^server\.port must be/,
        /^server\.host is not a loopback address/,
      ],
    },
  ];

  it.each(cases)('reports $title', ({ env, problems }) => {
    expect(findProblems(env)).toEqual(
      problems.map((problem) => (typeof problem === 'string' ? problem : expect.stringMatching(problem))),
    );
  });

  it('names the file of an invalid value', () => {
    const file = writeFile('[pipeline.scenario_orchestration]\nmax_loop_count = "three"\n[limits]\nfeilds = 1');
    expect(findProblems({ ORCHESTRATOR_CONFIG: file })).toEqual([
      expect.stringContaining(`limits.feilds is unknown; the keys of [limits] are candidates`),
      `pipeline.scenario_orchestration.max_loop_count must be a whole number, 1..1000; found "three" (${file})`,
    ]);
  });

  it('reports every problem of one key', () => {
    const both = {
      ORCHESTRATOR__AUTH__JWKS_URL: 'https://issuer.test/jwks',
      ORCHESTRATOR__AUTH__JWKS_FILE: 'jwks.json',
    };
    const jwksFileProblems = findProblems(both).filter((line) => line.startsWith('auth.jwks_file '));
    expect(jwksFileProblems).toEqual([
      expect.stringContaining('requires an issuer'),
      expect.stringContaining('cannot be combined with auth.jwks_url'),
    ]);
  });

  it('reports a misspelled section without keys', () => {
    const file = writeFile('[redsi]');
    expect(findProblems({ ORCHESTRATOR_CONFIG: file })).toEqual([
      expect.stringMatching(/^redsi is unknown; the sections/),
    ]);
  });

  it('reports the position of a TOML error without the text, which may contain a secret', () => {
    const file = writeFile('[redis]\nurl = "redis://:s3cret@host');
    const [problem] = findProblems({ ORCHESTRATOR_CONFIG: file });
    expect(problem).toMatch(/is not valid TOML, line 2, column \d+: /);
    expect(problem).not.toContain('s3cret');
  });

  it.each(['__proto__', 'constructor', 'toString'])('reports the key %s and changes no prototype', (key) => {
    const file = writeFile(`[server]\n${key} = 1\n[${key}]\nport = 1`);
    expect(findProblems({ ORCHESTRATOR_CONFIG: file })).toHaveLength(2);
    expect(Object.hasOwn(Object.prototype, 'port')).toBe(false);
  });
});

it.each(['127.0.0.1', '127.8.9.10', 'localhost', '::1'])('the address %s does not need allow_insecure', (host) => {
  expect(loadConfig({ ORCHESTRATOR__SERVER__HOST: host }).server.host).toBe(host);
});

it('the service may listen on any address if allow_insecure is set', () => {
  const { server } = loadConfig({ ORCHESTRATOR__SERVER__HOST: '::', ORCHESTRATOR__SERVER__ALLOW_INSECURE: 'true' });
  expect(server.host).toBe('::');
});

describe('on an address that other machines can reach', () => {
  const anyAddress = { ORCHESTRATOR__SERVER__HOST: '0.0.0.0' };
  const keys = { ORCHESTRATOR__AUTH__API_KEYS_FILE: 'keys.toml' };
  const tls = { ORCHESTRATOR__SERVER__TLS_CERT_FILE: 'cert.pem', ORCHESTRATOR__SERVER__TLS_KEY_FILE: 'key.pem' };

  it.each([
    ['TLS', { ...anyAddress, ...keys, ...tls }],
    ['TLS terminated in front', { ...anyAddress, ...keys, ORCHESTRATOR__SERVER__TLS_TERMINATED_IN_FRONT: 'true' }],
    ['allow_insecure', { ...anyAddress, ...keys, ORCHESTRATOR__SERVER__ALLOW_INSECURE: 'true' }],
  ])('authentication with %s is valid', (_option, env) => {
    expect(findProblems(env)).toEqual([]);
  });

  it('authentication without TLS is invalid, and the message names the settings', () => {
    expect(findProblems({ ...anyAddress, ...keys })).toEqual([
      expect.stringMatching(
        /^server\.host .* in plain text; set server\.tls_cert_file .*server\.tls_terminated_in_front = true/,
      ),
    ]);
  });

  it('TLS without authentication is invalid', () => {
    expect(findProblems({ ...anyAddress, ...tls })).toEqual([
      expect.stringMatching(/^server\.host .*authentication is off/),
    ]);
  });
});

describe('inconsistent settings of authentication', () => {
  const issuer = { ORCHESTRATOR__AUTH__JWT_ISSUER: 'https://issuer.test' };
  const audience = { ORCHESTRATOR__AUTH__JWT_AUDIENCE: 'orchestrator' };
  const url = { ORCHESTRATOR__AUTH__JWKS_URL: 'https://issuer.test/jwks' };
  const file = { ORCHESTRATOR__AUTH__JWKS_FILE: 'jwks.json' };

  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['an issuer without an audience', { ...issuer, ...url }, 'auth.jwt_issuer requires auth.jwt_audience'],
    ['an issuer without keys', { ...issuer, ...audience }, 'auth.jwt_issuer requires auth.jwt_audience and one of'],
    ['an audience without an issuer', audience, 'auth.jwt_audience requires an issuer'],
    ['two sources of keys', { ...issuer, ...audience, ...url, ...file }, 'auth.jwks_file cannot be combined with'],
    [
      'keys fetched in plain text',
      { ...issuer, ...audience, ORCHESTRATOR__AUTH__JWKS_URL: 'http://issuer.test/jwks' },
      'auth.jwks_url must be empty or an https:// URL',
    ],
    [
      'a symmetric algorithm',
      { ...issuer, ...audience, ...url, ORCHESTRATOR__AUTH__JWT_ALGORITHMS: 'HS256' },
      'auth.jwt_algorithms must be a list of one or more of "RS256"',
    ],
    [
      'the algorithm "none"',
      { ...issuer, ...audience, ...url, ORCHESTRATOR__AUTH__JWT_ALGORITHMS: 'RS256, none' },
      'auth.jwt_algorithms must be a list of one or more of "RS256"',
    ],
    [
      'client certificates that are not requested',
      { ORCHESTRATOR__AUTH__CLIENT_CERTIFICATES_FILE: 'clients.toml' },
      'auth.client_certificates_file requires mutual TLS; set server.tls_client_ca_file',
    ],
    [
      'a certificate without its key',
      { ORCHESTRATOR__SERVER__TLS_CERT_FILE: 'cert.pem' },
      'server.tls_key_file and server.tls_cert_file must be set together',
    ],
    [
      'client CA certificates without TLS',
      { ORCHESTRATOR__SERVER__TLS_CLIENT_CA_FILE: 'ca.pem' },
      'server.tls_client_ca_file requires TLS',
    ],
    [
      'required client certificates without CA certificates',
      { ORCHESTRATOR__SERVER__TLS_REQUIRE_CLIENT_CERTIFICATE: 'true' },
      'server.tls_require_client_certificate requires the CA certificates',
    ],
  ])('a configuration with %s is invalid', (_title, env, problem) => {
    expect(findProblems(env)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('limits on stored and sent values', () => {
  it('the default limits of a session are those of the stores', () => {
    expect(toSessionLimits(loadConfig({}))).toEqual(defaultSessionLimits);
  });

  it('the default message sizes are those of the server options', () => {
    const { server } = loadConfig({});
    const { maxMessageBytes, maxResponseBytes } = defaultServerOptions;
    expect([server.max_message_bytes, server.max_response_bytes]).toEqual([maxMessageBytes, maxResponseBytes]);
  });

  it('a session that could not be sent is invalid', () => {
    const largest = { ORCHESTRATOR__LIMITS__SESSION_BYTES: '4193280' };
    const larger = { ORCHESTRATOR__LIMITS__SESSION_BYTES: '4193281' };
    expect(findProblems(largest)).toEqual([]);
    expect(findProblems(larger)).toEqual([
      expect.stringContaining('limits.session_bytes must be at least 1024 less than server.max_response_bytes'),
    ]);
    expect(findProblems({ ...larger, ORCHESTRATOR__SERVER__MAX_RESPONSE_BYTES: '4194305' })).toEqual([]);
  });

  it('an invalid size is reported once', () => {
    expect(findProblems({ ORCHESTRATOR__SERVER__MAX_RESPONSE_BYTES: 'x' })).toHaveLength(1);
  });
});

describe('server.workers', () => {
  const redis = { ORCHESTRATOR__REDIS__URL: 'redis://127.0.0.1:6379' };
  const getWorkers = (workers: string, env: NodeJS.ProcessEnv = redis) =>
    loadConfig({ ...env, ORCHESTRATOR__SERVER__WORKERS: workers }).server.workers;

  it('is a number or "auto"', () => {
    expect([getWorkers('1'), getWorkers(' 4 '), getWorkers('256'), getWorkers('auto')]).toEqual([1, 4, 256, 'auto']);
    const file = writeFile('[redis]\nurl = "redis://127.0.0.1:6379"\n[server]\nworkers = "auto"');
    expect(loadConfig({ ORCHESTRATOR_CONFIG: file }).server.workers).toBe('auto');
  });

  it.each(['0', '257', '1.5', '-2', 'all', ''])('cannot be "%s"', (value) => {
    expect(findProblems({ ...redis, ORCHESTRATOR__SERVER__WORKERS: value })).toEqual([
      expect.stringContaining('server.workers must be "auto" or a whole number, 1..256; found '),
    ]);
  });

  it('can be 1 or "auto" with the embedded store, and nothing else', () => {
    expect([getWorkers('1', {}), getWorkers('auto', {})]).toEqual([1, 'auto']);
    expect(findProblems({ ORCHESTRATOR__SERVER__WORKERS: '2' })).toEqual([
      expect.stringContaining('server.workers must be 1 or "auto" with the embedded store'),
    ]);
  });
});

describe('timers', () => {
  it('are off by default, with leases of ten seconds', () => {
    expect(loadConfig({}).timers).toEqual({
      enabled: false,
      poll_interval_ms: 1_000,
      lease_ms: 10_000,
      batch_size: 500,
      concurrency: 16,
    });
  });

  it('have leases of at least three intervals', () => {
    const env = { ORCHESTRATOR__TIMERS__POLL_INTERVAL_MS: '1000', ORCHESTRATOR__TIMERS__LEASE_MS: '3000' };
    expect(loadConfig(env).timers.lease_ms).toBe(3_000);
    expect(findProblems({ ...env, ORCHESTRATOR__TIMERS__LEASE_MS: '2999' })).toEqual([
      expect.stringContaining('timers.lease_ms must be at least three times timers.poll_interval_ms'),
    ]);
  });
});
