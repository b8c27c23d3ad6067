import { z } from 'zod';
import { auth, requiresAuthentication } from './auth-section';
import { always, flag, isLoopback, isSet, oneOf, text } from './constraints';
import { http } from './http-section';
import { scenarioFiltering } from './model-section';
import { limits, scenarioOrchestration } from './orchestration-section';
import { redis, usesRedis } from './redis-section';
import { server } from './server-section';
import { timers } from './timers-section';

// The keys of config/default.toml, which documents them. No key is optional, because the shipped file has a value for each.

const embedded = z.strictObject({
  path: text(1, 4_096),
  compact_at_start: flag(),
  ignore_redis_variables: flag(),
});

const telemetry = z.strictObject({
  log_level: oneOf(['debug', 'info', 'warn', 'error', 'silent']),
  customer_data: flag(),
});

const sections = z.strictObject({
  pipeline: z
    .strictObject({
      scenario_orchestration: scenarioOrchestration,
      scenario_filtering: scenarioFiltering,
    })
    .refine(
      ({ scenario_orchestration: rules, scenario_filtering: filtering }) =>
        rules?.semantic_evaluation !== 'llm' || filtering?.use_llm === true,
      {
        when: always,
        path: ['scenario_orchestration', 'semantic_evaluation'],
        error: '"llm" requires the model; set pipeline.scenario_filtering.use_llm = true, or use "off" or "embedding"',
      },
    ),
  server,
  http,
  redis,
  embedded,
  auth,
  timers,
  limits,
  telemetry,
});

type Sections = z.infer<typeof sections>;

/** Maximum bytes that a message adds to the stored session that it contains: derived fields, tags and lengths. */
const sessionMessageBytes = 1_024;

/** Whether other machines can reach the server and allow_insecure is off. */
function isExposed({ host, allow_insecure }: Sections['server']): boolean {
  return typeof host === 'string' && !isLoopback(host) && allow_insecure !== true;
}

function isEncrypted({ tls_cert_file, tls_terminated_in_front }: Sections['server']): boolean {
  return isSet(tls_cert_file) || tls_terminated_in_front === true;
}

/** Schema of the whole configuration. */
export const configSchema = sections
  .refine(({ server, auth }) => !isExposed(server) || requiresAuthentication(auth), {
    when: always,
    path: ['server', 'host'],
    error:
      'is not a loopback address and authentication is off, so any client that reaches the port could read and change every ' +
      'session; set auth.api_keys_file, auth.jwt_issuer or auth.client_certificates_file, listen on 127.0.0.1, or set ' +
      'server.allow_insecure = true if access is restricted by other means',
  })
  .refine(({ server, auth }) => !isExposed(server) || !requiresAuthentication(auth) || isEncrypted(server), {
    when: always,
    path: ['server', 'host'],
    error:
      'is not a loopback address and TLS is off, so credentials would be sent in plain text; set server.tls_cert_file and ' +
      'server.tls_key_file, or server.tls_terminated_in_front = true if TLS is terminated in front of this server',
  })
  .refine((config) => !(Number(config.server.workers) > 1) || usesRedis(config), {
    when: always,
    path: ['server', 'workers'],
    error:
      'must be 1 or "auto" with the embedded store, because only one process can use its folder; set redis.url to run several ' +
      'workers, or server.workers = 1',
  })
  .refine(({ server, http }) => !http.enabled || http.port === 0 || http.port !== server.port, {
    when: always,
    path: ['http', 'port'],
    error: 'must not be server.port, which the gRPC server listens on; set another port',
  })
  .refine(({ server, auth }) => !isSet(auth.client_certificates_file) || isSet(server.tls_client_ca_file), {
    when: always,
    path: ['auth', 'client_certificates_file'],
    error: 'requires mutual TLS; set server.tls_client_ca_file',
  })
  .refine(({ server, limits }) => !(limits.session_bytes + sessionMessageBytes > server.max_response_bytes), {
    when: always,
    path: ['limits', 'session_bytes'],
    error: `must be at least ${sessionMessageBytes} less than server.max_response_bytes, so that every session can be read`,
  })
  .refine(({ limits }) => !(limits.replayable_turns > limits.recorded_turns), {
    when: always,
    path: ['limits', 'replayable_turns'],
    error:
      'must not be more than limits.recorded_turns, because a retry returns the recorded response; lower it, or raise limits.recorded_turns',
  });

/** A valid configuration, with the key names of config/default.toml. */
export type Config = z.infer<typeof configSchema>;

/** The schema of every key by dotted name, for example `server.port`. */
export const knownKeys: ReadonlyMap<string, z.ZodType> = new Map(listKeys(configSchema, ''));

/** The key names of every section by dotted name of the section. */
export const knownSections: ReadonlyMap<string, readonly string[]> = new Map(listSections(configSchema, ''));

function* listMembers(section: z.ZodObject): Generator<[string, z.ZodType]> {
  for (const [name, member] of Object.entries(section.shape)) {
    if (member instanceof z.ZodType) yield [name, member];
  }
}

function* listKeys(section: z.ZodObject, path: string): Generator<[string, z.ZodType]> {
  for (const [name, member] of listMembers(section)) {
    if (member instanceof z.ZodObject) yield* listKeys(member, `${path}${name}.`);
    else yield [path + name, member];
  }
}

function* listSections(section: z.ZodObject, path: string): Generator<[string, readonly string[]]> {
  for (const [name, member] of listMembers(section)) {
    if (!(member instanceof z.ZodObject)) continue;
    yield [path + name, Object.keys(member.shape)];
    yield* listSections(member, `${path}${name}.`);
  }
}
