import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConditionLimits } from '../../../src/core/conditions';
import { defaultSettings } from '../../../src/core/model/settings';
import { ConfigError, loadConfig, toConditionLimits, toSettings } from '../../../src/server/config';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function aFile(content: string): string {
  files += 1;
  const path = join(folder, `${files}.toml`);
  writeFileSync(path, content);
  return path;
}

/** The lines of the refusal, without the heading. */
function problemsOf(env: NodeJS.ProcessEnv): string[] {
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

describe('the shipped defaults', () => {
  it('are the settings that the rules have by themselves', () => {
    expect(toSettings(loadConfig({}))).toEqual(defaultSettings);
  });

  it('are the limits that conditions have by themselves', () => {
    expect(toConditionLimits(loadConfig({}))).toEqual(defaultConditionLimits);
  });

  it('keep the service on this machine and on the embedded store', () => {
    const { server, redis } = loadConfig({});
    expect(server).toMatchObject({ host: '127.0.0.1', allow_insecure: false });
    expect(redis.url).toBe('');
  });
});

describe('what wins', () => {
  it('is the last file, and the environment before all files, key by key', () => {
    const first = aFile('[server]\nport = 1\nreflection = false\nmax_calls_in_flight = 7');
    const second = aFile('[server]\nport = 2\nmax_calls_in_flight = 8');
    const { server } = loadConfig({ ORCHESTRATOR_CONFIG: `${first}:${second}`, ORCHESTRATOR__SERVER__PORT: '3' });
    expect(server).toMatchObject({ port: 3, max_calls_in_flight: 8, reflection: false, host: '127.0.0.1' });
  });

  it('reads a variable as the type of its key, nested sections included', () => {
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

describe('a faulty configuration', () => {
  const cases: { title: string; env: NodeJS.ProcessEnv; problems: (string | RegExp)[] }[] = [
    {
      title: 'a number out of its range',
      env: { ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__MAX_SIMULTANEOUS_SCENARIOS: '21' },
      problems: [
        'pipeline.scenario_orchestration.max_simultaneous_scenarios must be a whole number, 1..20; found 21 ' +
          '(ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__MAX_SIMULTANEOUS_SCENARIOS)',
      ],
    },
    {
      title: 'text where a number belongs',
      env: { ORCHESTRATOR__SERVER__PORT: 'http' },
      problems: ['server.port must be a whole number, 0..65535; found "http" (ORCHESTRATOR__SERVER__PORT)'],
    },
    {
      title: 'a number that is not whole',
      env: { ORCHESTRATOR__SERVER__PORT: '80.5' },
      problems: ['server.port must be a whole number, 0..65535; found 80.5 (ORCHESTRATOR__SERVER__PORT)'],
    },
    {
      title: 'an empty variable where a switch belongs',
      env: { ORCHESTRATOR__SERVER__REFLECTION: '' },
      problems: ['server.reflection must be true or false; found "" (ORCHESTRATOR__SERVER__REFLECTION)'],
    },
    {
      title: 'an unknown word',
      env: { ORCHESTRATOR__TELEMETRY__LOG_LEVEL: 'loud' },
      problems: [
        'telemetry.log_level must be one of "debug", "info", "warn", "error", "silent"; found "loud" ' +
          '(ORCHESTRATOR__TELEMETRY__LOG_LEVEL)',
      ],
    },
    {
      title: 'a misspelt key',
      env: { ORCHESTRATOR__EMBEDDED__PAHT: '/tmp' },
      problems: ['embedded.paht is unknown; [embedded] has path (ORCHESTRATOR__EMBEDDED__PAHT)'],
    },
    {
      title: 'a misspelt section',
      env: { ORCHESTRATOR__SERVERS__PORT: '1' },
      problems: [/^servers\.port is unknown; the sections are pipeline, .*server, redis/],
    },
    {
      title: 'a value for a section',
      env: { ORCHESTRATOR__REDIS: 'redis://x' },
      problems: ['redis is a section and takes no value (ORCHESTRATOR__REDIS)'],
    },
    {
      title: 'an address that others can reach',
      env: { ORCHESTRATOR__SERVER__HOST: '0.0.0.0' },
      problems: [
        /^server\.host is not a loopback address, and nobody would have to say who they are: .*allow_insecure = true/,
      ],
    },
    {
      title: 'a duration without a unit',
      env: { ORCHESTRATOR__LIMITS__SESSION_TTL: '30' },
      problems: [/^limits\.session_ttl must be a duration, 1m\.\.3650d: .*; found "30" /],
    },
    {
      title: 'a duration out of its range',
      env: { ORCHESTRATOR__LIMITS__SESSION_TTL: '59s' },
      problems: [/^limits\.session_ttl must be a duration, 1m\.\.3650d/],
    },
    {
      title: 'a Redis URL that is none, which may hold a password and is not shown',
      env: { ORCHESTRATOR__REDIS__URL: 'user:s3cret@host' },
      problems: ['redis.url must be empty or a redis:// or rediss:// URL (ORCHESTRATOR__REDIS__URL)'],
    },
    {
      title: 'a key of older sessions that leaves out the tenant',
      env: { ORCHESTRATOR__REDIS__OLDER_SESSION_KEY: 'conversation:{session_id}' },
      problems: [/^redis\.older_session_key must be empty, or .* with \{tenant_id\} and \{session_id\}/],
    },
    {
      title: 'a key of older sessions with what a load does not know',
      env: { ORCHESTRATOR__REDIS__OLDER_SESSION_KEY: '{agent_id}:{tenant_id}:{session_id}' },
      problems: [/^redis\.older_session_key must be empty, or .* no other \{name\}/],
    },
    {
      title: 'a model without an endpoint, with two keys',
      env: {
        ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__USE_LLM: 'true',
        ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__API_KEY: 'first secret',
        ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__API_KEY_FILE: __filename,
      },
      problems: [
        /scenario_filtering\.base_url .*is needed while use_llm is true: the URL of an OpenAI-compatible API/,
        /scenario_filtering\.api_key_file .*is given already by pipeline\.scenario_filtering\.api_key/,
      ],
    },
    {
      title: 'an endpoint that would carry a secret in its URL',
      env: { ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__BASE_URL: 'https://user:word@host/v1' },
      problems: [/scenario_filtering\.base_url must be empty or an http:\/\/ or https:\/\/ URL without user/],
    },
    {
      title: 'an endpoint on another machine in plain text',
      env: { ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__BASE_URL: 'http://models.internal/v1' },
      problems: [
        /scenario_filtering\.base_url is http:\/\/ and not on this machine: .*set .*scenario_filtering\.allow_insecure/,
      ],
    },
    {
      title: 'conditions that a model shall judge that is not asked',
      env: { ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__SEMANTIC_EVALUATION: 'llm' },
      problems: [/semantic_evaluation .*must be "off" or "embedding" while .*use_llm is false/],
    },
    {
      title: 'several at once, of several kinds',
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

  it.each(cases)('with $title is refused', ({ env, problems }) => {
    const found = problemsOf(env);
    expect(found).toEqual(
      problems.map((problem) => (typeof problem === 'string' ? problem : expect.stringMatching(problem))),
    );
  });

  it('names the file that a value comes from', () => {
    const file = aFile('[pipeline.scenario_orchestration]\nmax_loop_count = "three"\n[limits]\nfeilds = 1');
    expect(problemsOf({ ORCHESTRATOR_CONFIG: file })).toEqual([
      expect.stringContaining(`limits.feilds is unknown; [limits] has candidates`),
      `pipeline.scenario_orchestration.max_loop_count must be a whole number, 1..1000; found "three" (${file})`,
    ]);
  });

  it('is refused for a misspelt section without keys', () => {
    const file = aFile('[redsi]');
    expect(problemsOf({ ORCHESTRATOR_CONFIG: file })).toEqual([
      expect.stringMatching(/^redsi is unknown; the sections/),
    ]);
  });

  it('is refused for a file that is not TOML, with the place and without the text, which may be a secret', () => {
    const file = aFile('[redis]\nurl = "redis://:s3cret@host');
    const [problem] = problemsOf({ ORCHESTRATOR_CONFIG: file });
    expect(problem).toMatch(/is not TOML, line 2, column \d+: /);
    expect(problem).not.toContain('s3cret');
  });

  it.each(['__proto__', 'constructor', 'toString'])('is refused for the key %s, and no prototype changes', (key) => {
    const file = aFile(`[server]\n${key} = 1\n[${key}]\nport = 1`);
    expect(problemsOf({ ORCHESTRATOR_CONFIG: file })).toHaveLength(2);
    expect(Object.hasOwn(Object.prototype, 'port')).toBe(false);
  });
});

it.each(['127.0.0.1', '127.8.9.10', 'localhost', '::1'])('the address %s needs no allow_insecure', (host) => {
  expect(loadConfig({ ORCHESTRATOR__SERVER__HOST: host }).server.host).toBe(host);
});

it('allow_insecure lets the service listen where others can reach it', () => {
  const { server } = loadConfig({ ORCHESTRATOR__SERVER__HOST: '::', ORCHESTRATOR__SERVER__ALLOW_INSECURE: 'true' });
  expect(server.host).toBe('::');
});

describe('off loopback', () => {
  const abroad = { ORCHESTRATOR__SERVER__HOST: '0.0.0.0' };
  const keys = { ORCHESTRATOR__AUTH__API_KEYS_FILE: 'keys.toml' };
  const tls = { ORCHESTRATOR__SERVER__TLS_CERT_FILE: 'cert.pem', ORCHESTRATOR__SERVER__TLS_KEY_FILE: 'key.pem' };

  it.each([
    ['TLS', { ...abroad, ...keys, ...tls }],
    ['the word that TLS ends in front', { ...abroad, ...keys, ORCHESTRATOR__SERVER__TLS_TERMINATED_IN_FRONT: 'true' }],
    ['allow_insecure', { ...abroad, ...keys, ORCHESTRATOR__SERVER__ALLOW_INSECURE: 'true' }],
  ])('credentials with %s are enough', (_with, env) => {
    expect(problemsOf(env)).toEqual([]);
  });

  it('credentials in plain text are refused, and the sentence says what to do', () => {
    expect(problemsOf({ ...abroad, ...keys })).toEqual([
      expect.stringMatching(
        /^server\.host .* in plain text .*server\.tls_cert_file .*server\.tls_terminated_in_front = true/,
      ),
    ]);
  });

  it('TLS without authentication is refused: it keeps nobody out', () => {
    expect(problemsOf({ ...abroad, ...tls })).toEqual([
      expect.stringMatching(/^server\.host .*nobody would have to say who they are/),
    ]);
  });
});

describe('settings of authentication that do not fit each other are refused:', () => {
  const issuer = { ORCHESTRATOR__AUTH__JWT_ISSUER: 'https://issuer.test' };
  const audience = { ORCHESTRATOR__AUTH__JWT_AUDIENCE: 'orchestrator' };
  const url = { ORCHESTRATOR__AUTH__JWKS_URL: 'https://issuer.test/jwks' };
  const file = { ORCHESTRATOR__AUTH__JWKS_FILE: 'jwks.json' };

  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['an issuer without an audience', { ...issuer, ...url }, 'auth.jwt_issuer needs auth.jwt_audience'],
    ['an issuer without keys', { ...issuer, ...audience }, 'auth.jwt_issuer needs auth.jwt_audience and one of'],
    ['an audience without an issuer', audience, 'auth.jwt_audience has no effect without an issuer'],
    ['keys in two places', { ...issuer, ...audience, ...url, ...file }, 'auth.jwks_file is the second answer'],
    [
      'keys that come in plain text',
      { ...issuer, ...audience, ORCHESTRATOR__AUTH__JWKS_URL: 'http://issuer.test/jwks' },
      'auth.jwks_url must be empty or an https:// URL',
    ],
    [
      'an algorithm with which who verifies can sign',
      { ...issuer, ...audience, ...url, ORCHESTRATOR__AUTH__JWT_ALGORITHMS: 'HS256' },
      'auth.jwt_algorithms must be a list of one or more of "RS256"',
    ],
    [
      'the algorithm "none"',
      { ...issuer, ...audience, ...url, ORCHESTRATOR__AUTH__JWT_ALGORITHMS: 'RS256, none' },
      'auth.jwt_algorithms must be a list of one or more of "RS256"',
    ],
    [
      'client certificates that nobody is asked for',
      { ORCHESTRATOR__AUTH__CLIENT_CERTIFICATES_FILE: 'clients.toml' },
      'auth.client_certificates_file has no effect where clients are not asked',
    ],
    [
      'a certificate without its key',
      { ORCHESTRATOR__SERVER__TLS_CERT_FILE: 'cert.pem' },
      'server.tls_key_file belongs to a certificate',
    ],
    [
      'authorities of clients without TLS',
      { ORCHESTRATOR__SERVER__TLS_CLIENT_CA_FILE: 'ca.pem' },
      'server.tls_client_ca_file has no effect without TLS',
    ],
    [
      'required client certificates without authorities',
      { ORCHESTRATOR__SERVER__TLS_REQUIRE_CLIENT_CERTIFICATE: 'true' },
      'server.tls_require_client_certificate needs the authorities',
    ],
  ])('%s', (_what, env, problem) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining(problem)]);
  });
});
