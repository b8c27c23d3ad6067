import { z } from 'zod';
import type { ConditionLimits } from '../../core/conditions';
import type { OrchestrationSettings } from '../../core/model/settings';
import type { SessionLimits } from '../ports/session-limits';
import type { FeedLimits } from '../ports/turn-feed';
import type { TurnLimits } from '../ports/turn-limits';
import { boundedNumber, duration, flag, oneOf, wholeNumber } from './constraints';

/** Schema of the section [pipeline.scenario_orchestration]. */
export const scenarioOrchestration = z.strictObject({
  enabled: flag(),
  max_loop_count: wholeNumber(1, 1_000),
  max_attempts: wholeNumber(0, 1_000),
  max_simultaneous_scenarios: wholeNumber(1, 20),
  block_on_missing_hard_fields: flag(),
  enable_step_skipping: flag(),
  enable_multi_scenario: flag(),
  start_threshold: boundedNumber(0, 1),
  restart_threshold: boundedNumber(0, 1),
  ambiguity_margin: boundedNumber(0, 1),
  pending_start_turns: wholeNumber(0, 100),
  resume_policy: oneOf(['next_turn', 'explicit']),
  offer_after_turns: wholeNumber(0, 1_000),
  max_confirms_per_turn: wholeNumber(1, 20),
  max_fields_to_ask_per_turn: wholeNumber(0, 500),
  semantic_evaluation: oneOf(['off', 'embedding', 'llm']),
  semantic_threshold: boundedNumber(-1, 1),
});

/** Schema of the section [limits]. */
export const limits = z.strictObject({
  candidates: wholeNumber(0, 100),
  rules: wholeNumber(0, 500),
  fields: wholeNumber(1, 500),
  steps_per_scenario: wholeNumber(1, 10_000),
  ended_instances: wholeNumber(0, 10_000),
  path_entries: wholeNumber(1, 10_000),
  replayable_turns: wholeNumber(1, 10_000),
  recorded_turns: wholeNumber(1, 100_000),
  recorded_bytes: wholeNumber(0, 1_073_741_824),
  recorded_age: duration('1m', '3650d'),
  feed_age: duration('1m', '3650d'),
  feed_bytes: wholeNumber(65_536, 1_099_511_627_776),
  session_bytes: wholeNumber(16_384, 64 * 1_024 * 1_024),
  session_variables: wholeNumber(1, 10_000),
  session_ttl: duration('1m', '3650d'),
  max_hops_per_turn: wholeNumber(1, 100_000),
  turn_work: wholeNumber(10_000, 100_000_000),
  definition_work: wholeNumber(100_000, 10_000_000_000),
  condition_text_length: wholeNumber(1, 2_000),
  condition_depth: wholeNumber(1, 200),
  condition_macro_depth: wholeNumber(0, 10),
  condition_literal_size: wholeNumber(0, 10_000),
  condition_list_size: wholeNumber(0, 100_000),
  condition_pattern_length: wholeNumber(0, 10_000),
  condition_pattern_size: wholeNumber(0, 100_000),
  condition_work: wholeNumber(1, 10_000_000),
});

type Limits = z.infer<typeof limits>;

interface SettingsSections {
  readonly pipeline: {
    readonly scenario_orchestration: z.infer<typeof scenarioOrchestration>;
    readonly scenario_filtering: { readonly enabled: boolean };
  };
  readonly limits: Limits;
}

/** Returns the settings of the core rules. */
export function toSettings({ pipeline, limits }: SettingsSections): OrchestrationSettings {
  const rules = pipeline.scenario_orchestration;
  return {
    enabled: rules.enabled,
    filteringEnabled: pipeline.scenario_filtering.enabled,
    maxLoopCount: rules.max_loop_count,
    maxAttempts: rules.max_attempts,
    maxSimultaneousScenarios: rules.max_simultaneous_scenarios,
    blockOnMissingHardFields: rules.block_on_missing_hard_fields,
    enableStepSkipping: rules.enable_step_skipping,
    enableMultiScenario: rules.enable_multi_scenario,
    startThreshold: rules.start_threshold,
    restartThreshold: rules.restart_threshold,
    ambiguityMargin: rules.ambiguity_margin,
    pendingStartTurns: rules.pending_start_turns,
    resumePolicy: rules.resume_policy,
    offerAfterTurns: rules.offer_after_turns,
    maxConfirmsPerTurn: rules.max_confirms_per_turn,
    maxFieldsToAskPerTurn: rules.max_fields_to_ask_per_turn,
    semanticEvaluation: rules.semantic_evaluation,
    semanticThreshold: rules.semantic_threshold,
    maxHopsPerTurn: limits.max_hops_per_turn,
    turnWork: limits.turn_work,
    endedInstances: limits.ended_instances,
    pathEntries: limits.path_entries,
  };
}

/** Returns the limits on the size of a stored session. */
export function toSessionLimits({ limits }: { readonly limits: Limits }): SessionLimits {
  return { maxBytes: limits.session_bytes, maxVariables: limits.session_variables };
}

/** Returns the limits on the recorded turns of a session. */
export function toTurnLimits({ limits }: { readonly limits: Limits }): TurnLimits {
  return {
    replayableTurns: limits.replayable_turns,
    recordedTurns: limits.recorded_turns,
    recordedBytes: limits.recorded_bytes,
    recordedAgeMs: limits.recorded_age,
  };
}

/** Returns how long the events of a feed are kept. */
export function toFeedLimits({ limits }: { readonly limits: Limits }): FeedLimits {
  return { ageMs: limits.feed_age, bytes: limits.feed_bytes };
}

/** Returns the limits on the size and the cost of conditions. */
export function toConditionLimits({ limits }: { readonly limits: Limits }): ConditionLimits {
  return {
    maxTextLength: limits.condition_text_length,
    maxDepth: limits.condition_depth,
    maxMacroDepth: limits.condition_macro_depth,
    maxLiteralSize: limits.condition_literal_size,
    maxListSize: limits.condition_list_size,
    maxPatternLength: limits.condition_pattern_length,
    maxPatternSize: limits.condition_pattern_size,
    maxWork: limits.condition_work,
  };
}
