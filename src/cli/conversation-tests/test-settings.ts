import { z } from 'zod';
import { defaultSettings, type OrchestrationSettings } from '../../core/model/settings';

// The settings of a conversation. Keys and ranges are those of `[pipeline.scenario_orchestration]` in config/default.toml.

const settingsShape = {
  enabled: z.boolean(),
  max_loop_count: z.int().min(1).max(1_000),
  max_attempts: z.int().min(0).max(1_000),
  max_simultaneous_scenarios: z.int().min(1).max(20),
  block_on_missing_hard_fields: z.boolean(),
  enable_step_skipping: z.boolean(),
  enable_multi_scenario: z.boolean(),
  start_threshold: z.number().min(0).max(1),
  restart_threshold: z.number().min(0).max(1),
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

/** Converts the settings of a conversation file to those of the rules. Omitted settings get their defaults. */
export function toOrchestrationSettings(fileSettings: z.infer<typeof settingsSchema>): OrchestrationSettings {
  const defaults = defaultSettings;
  return {
    ...defaults,
    enabled: fileSettings.enabled ?? defaults.enabled,
    maxLoopCount: fileSettings.max_loop_count ?? defaults.maxLoopCount,
    maxAttempts: fileSettings.max_attempts ?? defaults.maxAttempts,
    maxSimultaneousScenarios: fileSettings.max_simultaneous_scenarios ?? defaults.maxSimultaneousScenarios,
    blockOnMissingHardFields: fileSettings.block_on_missing_hard_fields ?? defaults.blockOnMissingHardFields,
    enableStepSkipping: fileSettings.enable_step_skipping ?? defaults.enableStepSkipping,
    enableMultiScenario: fileSettings.enable_multi_scenario ?? defaults.enableMultiScenario,
    startThreshold: fileSettings.start_threshold ?? defaults.startThreshold,
    restartThreshold: fileSettings.restart_threshold ?? defaults.restartThreshold,
    ambiguityMargin: fileSettings.ambiguity_margin ?? defaults.ambiguityMargin,
    pendingStartTurns: fileSettings.pending_start_turns ?? defaults.pendingStartTurns,
    resumePolicy: fileSettings.resume_policy ?? defaults.resumePolicy,
    offerAfterTurns: fileSettings.offer_after_turns ?? defaults.offerAfterTurns,
    maxConfirmsPerTurn: fileSettings.max_confirms_per_turn ?? defaults.maxConfirmsPerTurn,
    maxFieldsToAskPerTurn: fileSettings.max_fields_to_ask_per_turn ?? defaults.maxFieldsToAskPerTurn,
    semanticEvaluation: fileSettings.semantic_evaluation ?? defaults.semanticEvaluation,
    semanticThreshold: fileSettings.semantic_threshold ?? defaults.semanticThreshold,
  };
}
