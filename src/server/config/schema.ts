import { z } from 'zod';
import { auth, requiresAuthentication } from './auth-section';
import { boundedNumber, duration, flag, oneOf, text, wholeNumber } from './constraints';
import { isLoopback } from './loopback';
import { scenarioFiltering } from './model-section';
import { redis } from './redis-section';
import { isSet } from './rules';
import { server } from './server-section';

// The keys of config/default.toml, where each is explained. What is read is either all of it or nothing: no key is optional,
// the shipped file has a value for each.

const scenarioOrchestration = z.strictObject({
  enabled: flag(),
  max_loop_count: wholeNumber(1, 1_000),
  max_attempts: wholeNumber(0, 1_000),
  max_simultaneous_scenarios: wholeNumber(1, 20),
  block_on_missing_hard_fields: flag(),
  enable_step_skipping: flag(),
  enable_multi_scenario: flag(),
  start_threshold: boundedNumber(0, 1),
  ambiguity_margin: boundedNumber(0, 1),
  pending_start_turns: wholeNumber(0, 100),
  resume_policy: oneOf(['next_turn', 'explicit']),
  offer_after_turns: wholeNumber(0, 1_000),
  max_confirms_per_turn: wholeNumber(1, 20),
  max_fields_to_ask_per_turn: wholeNumber(0, 500),
  semantic_evaluation: oneOf(['off', 'embedding', 'llm']),
  semantic_threshold: boundedNumber(-1, 1),
});

const embedded = z.strictObject({
  path: text(1, 4_096),
});

const limits = z.strictObject({
  candidates: wholeNumber(0, 100),
  rules: wholeNumber(0, 500),
  fields: wholeNumber(1, 500),
  steps_per_scenario: wholeNumber(1, 10_000),
  ended_instances: wholeNumber(0, 10_000),
  path_entries: wholeNumber(1, 10_000),
  recorded_turns: wholeNumber(1, 100_000),
  session_ttl: duration('1m', '3650d'),
  max_hops_per_turn: wholeNumber(1, 100_000),
  condition_text_length: wholeNumber(1, 2_000),
  condition_depth: wholeNumber(1, 200),
  condition_macro_depth: wholeNumber(0, 10),
  condition_literal_size: wholeNumber(0, 10_000),
  condition_list_size: wholeNumber(0, 100_000),
  condition_pattern_length: wholeNumber(0, 10_000),
  condition_pattern_size: wholeNumber(0, 100_000),
  condition_work: wholeNumber(1, 10_000_000),
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
        when: () => true,
        path: ['scenario_orchestration', 'semantic_evaluation'],
        error:
          'must be "off" or "embedding" while pipeline.scenario_filtering.use_llm is false: it is the model that judges',
      },
    ),
  server,
  redis,
  embedded,
  auth,
  limits,
  telemetry,
});

type Sections = z.infer<typeof sections>;

/** Whether others than the programs of this machine can reach the server, and nobody has said that this is wanted as it is. */
function isExposed({ host, allow_insecure }: Sections['server']): boolean {
  return typeof host === 'string' && !isLoopback(host) && allow_insecure !== true;
}

function isEncrypted({ tls_cert_file, tls_terminated_in_front }: Sections['server']): boolean {
  return isSet(tls_cert_file) || tls_terminated_in_front === true;
}

// Also where another key is wrong: all problems are told at once.
const always = () => true;

/** The whole configuration, section by section. */
export const configSchema = sections
  .refine(({ server, auth }) => !isExposed(server) || requiresAuthentication(auth), {
    when: always,
    path: ['server', 'host'],
    error:
      'is not a loopback address, and nobody would have to say who they are: anybody who reaches it could read and change every ' +
      'session; set auth.api_keys_file, auth.jwt_issuer or auth.client_certificates_file, listen on 127.0.0.1, or set ' +
      'server.allow_insecure = true where something else keeps strangers out',
  })
  .refine(({ server, auth }) => !isExposed(server) || !requiresAuthentication(auth) || isEncrypted(server), {
    when: always,
    path: ['server', 'host'],
    error:
      'is not a loopback address, and credentials would cross the network in plain text for anybody to take; set ' +
      'server.tls_cert_file and server.tls_key_file, or server.tls_terminated_in_front = true where TLS ends in front of this ' +
      'server',
  })
  .refine(({ server, auth }) => !isSet(auth.client_certificates_file) || isSet(server.tls_client_ca_file), {
    when: always,
    path: ['auth', 'client_certificates_file'],
    error: 'has no effect where clients are not asked for a certificate; set server.tls_client_ca_file',
  });

/** A checked configuration, with the names of config/default.toml. */
export type Config = z.infer<typeof configSchema>;
