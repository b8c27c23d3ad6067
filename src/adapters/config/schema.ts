import { z } from 'zod';
import { duration, flag, flagKeptOff, fraction, oneOf, text, textThat, whole } from './constraints';
import { isLoopback } from './loopback';
import { redis } from './redis-section';

// The keys of config/default.toml, where each is explained. What is read is either all of it or nothing: no key is optional,
// the shipped file has a value for each.

const noModelYet = 'this version has no model in P6.2 (section 9)';

const scenarioOrchestration = z.strictObject({
  enabled: flag(),
  max_loop_count: whole(1, 1_000),
  max_attempts: whole(0, 1_000),
  max_simultaneous_scenarios: whole(1, 20),
  block_on_missing_hard_fields: flag(),
  enable_step_skipping: flag(),
  enable_multi_scenario: flag(),
  start_threshold: fraction(0, 1),
  ambiguity_margin: fraction(0, 1),
  pending_start_turns: whole(0, 100),
  resume_policy: oneOf(['next_turn', 'explicit']),
  offer_after_turns: whole(0, 1_000),
  max_confirms_per_turn: whole(1, 20),
  max_fields_to_ask_per_turn: whole(0, 500),
  semantic_evaluation: z.literal('off', { error: `must be "off": ${noModelYet}` }),
});

const scenarioFiltering = z.strictObject({
  enabled: flag(),
  use_llm: flagKeptOff(noModelYet),
  model: text(1, 200),
});

const server = z
  .strictObject({
    host: textThat('must be a host name or an IP address', (value) => /^[\w.:%-]{1,253}$/.test(value)),
    port: whole(0, 65_535),
    reflection: flag(),
    max_message_bytes: whole(1_024, 64 * 1_024 * 1_024),
    max_metadata_bytes: whole(1_024, 64 * 1_024),
    max_calls_in_flight: whole(1, 100_000),
    max_streams: whole(1, 1_000_000),
    turns_in_flight_per_stream: whole(1, 10_000),
    least_time_ms: whole(0, 1_000),
    turn_timeout_ms: whole(100, 600_000),
    watch_stall_timeout_ms: whole(100, 600_000),
    watch_poll_interval_ms: whole(100, 600_000),
    keepalive_interval_ms: whole(100, 7_200_000),
    keepalive_timeout_ms: whole(100, 600_000),
    probe_interval_ms: whole(100, 60_000),
    probe_timeout_ms: whole(100, 60_000),
    drain_grace_ms: whole(0, 300_000),
    drain_timeout_ms: whole(0, 600_000),
    allow_insecure: flag(),
  })
  .refine(({ host, allow_insecure }) => allow_insecure === true || typeof host !== 'string' || isLoopback(host), {
    // Also where another key of the section is wrong: all problems are told at once.
    when: () => true,
    path: ['host'],
    error:
      'is not a loopback address, and this version has no authentication: anybody who reaches it could read and change every ' +
      'session; listen on 127.0.0.1, or set server.allow_insecure = true where something else keeps strangers out',
  });

const embedded = z.strictObject({
  path: text(1, 4_096),
});

const limits = z.strictObject({
  candidates: whole(0, 100),
  rules: whole(0, 500),
  fields: whole(1, 500),
  steps_per_scenario: whole(1, 10_000),
  ended_instances: whole(0, 10_000),
  path_entries: whole(1, 10_000),
  recorded_turns: whole(1, 100_000),
  session_ttl: duration('1m', '3650d'),
  max_hops_per_turn: whole(1, 100_000),
  condition_text_length: whole(1, 100_000),
  condition_depth: whole(1, 200),
  condition_macro_depth: whole(0, 10),
  condition_literal_size: whole(0, 10_000),
  condition_list_size: whole(0, 100_000),
  condition_pattern_length: whole(0, 10_000),
  condition_pattern_size: whole(0, 100_000),
  condition_work: whole(1, 10_000_000),
});

const telemetry = z.strictObject({
  log_level: oneOf(['debug', 'info', 'warn', 'error', 'silent']),
  customer_data: flag(),
});

/** The whole configuration, section by section. */
export const configSchema = z.strictObject({
  pipeline: z.strictObject({
    scenario_orchestration: scenarioOrchestration,
    scenario_filtering: scenarioFiltering,
  }),
  server,
  redis,
  embedded,
  // Reserved: API keys, tokens and client certificates come with authentication. Until then any key in it is a problem.
  auth: z.strictObject({}),
  limits,
  telemetry,
});

/** A checked configuration, with the names of config/default.toml. */
export type Config = z.infer<typeof configSchema>;
