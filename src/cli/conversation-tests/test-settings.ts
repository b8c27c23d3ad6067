import { z } from 'zod';
import { defaultSettings, type OrchestrationSettings } from '../../core/model/settings';

// The settings of a conversation: the keys of `[pipeline.scenario_orchestration]` with the ranges of config/default.toml.

const settingsShape = {
  enabled: z.boolean(),
  max_loop_count: z.int().min(1).max(1_000),
  max_attempts: z.int().min(0).max(1_000),
  max_simultaneous_scenarios: z.int().min(1).max(20),
  block_on_missing_hard_fields: z.boolean(),
  enable_step_skipping: z.boolean(),
  enable_multi_scenario: z.boolean(),
  start_threshold: z.number().min(0).max(1),
  ambiguity_margin: z.number().min(0).max(1),
  pending_start_turns: z.int().min(0).max(100),
  resume_policy: z.enum(['next_turn', 'explicit']),
  offer_after_turns: z.int().min(0).max(1_000),
  max_confirms_per_turn: z.int().min(1).max(20),
  max_fields_to_ask_per_turn: z.int().min(0).max(500),
  /** Not "llm", because conversation tests have no model. */
  semantic_evaluation: z.enum(['off', 'embedding']),
  semantic_threshold: z.number().min(-1).max(1),
};

/** The keys of `settings` in a conversation file. */
export const settingKeys: readonly string[] = Object.keys(settingsShape);

export const settingsSchema = z.strictObject(settingsShape).partial();

/** The settings that the rules use: the defaults, and what a conversation file sets. */
export function toOrchestrationSettings(given: z.infer<typeof settingsSchema>): OrchestrationSettings {
  const defaults = defaultSettings;
  return {
    ...defaults,
    enabled: given.enabled ?? defaults.enabled,
    maxLoopCount: given.max_loop_count ?? defaults.maxLoopCount,
    maxAttempts: given.max_attempts ?? defaults.maxAttempts,
    maxSimultaneousScenarios: given.max_simultaneous_scenarios ?? defaults.maxSimultaneousScenarios,
    blockOnMissingHardFields: given.block_on_missing_hard_fields ?? defaults.blockOnMissingHardFields,
    enableStepSkipping: given.enable_step_skipping ?? defaults.enableStepSkipping,
    enableMultiScenario: given.enable_multi_scenario ?? defaults.enableMultiScenario,
    startThreshold: given.start_threshold ?? defaults.startThreshold,
    ambiguityMargin: given.ambiguity_margin ?? defaults.ambiguityMargin,
    pendingStartTurns: given.pending_start_turns ?? defaults.pendingStartTurns,
    resumePolicy: given.resume_policy ?? defaults.resumePolicy,
    offerAfterTurns: given.offer_after_turns ?? defaults.offerAfterTurns,
    maxConfirmsPerTurn: given.max_confirms_per_turn ?? defaults.maxConfirmsPerTurn,
    maxFieldsToAskPerTurn: given.max_fields_to_ask_per_turn ?? defaults.maxFieldsToAskPerTurn,
    semanticEvaluation: given.semantic_evaluation ?? defaults.semanticEvaluation,
    semanticThreshold: given.semantic_threshold ?? defaults.semanticThreshold,
  };
}
