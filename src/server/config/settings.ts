import type { OrchestrationSettings } from '../../core/model/settings';
import type { Config } from './schema';

/** The settings that the rules go by. */
export function toSettings(config: Config): OrchestrationSettings {
  const rules = config.pipeline.scenario_orchestration;
  return {
    enabled: rules.enabled,
    filteringEnabled: config.pipeline.scenario_filtering.enabled,
    maxLoopCount: rules.max_loop_count,
    maxAttempts: rules.max_attempts,
    maxSimultaneousScenarios: rules.max_simultaneous_scenarios,
    blockOnMissingHardFields: rules.block_on_missing_hard_fields,
    enableStepSkipping: rules.enable_step_skipping,
    enableMultiScenario: rules.enable_multi_scenario,
    startThreshold: rules.start_threshold,
    ambiguityMargin: rules.ambiguity_margin,
    pendingStartTurns: rules.pending_start_turns,
    resumePolicy: rules.resume_policy,
    offerAfterTurns: rules.offer_after_turns,
    maxConfirmsPerTurn: rules.max_confirms_per_turn,
    maxFieldsToAskPerTurn: rules.max_fields_to_ask_per_turn,
    semanticEvaluation: rules.semantic_evaluation,
    semanticThreshold: rules.semantic_threshold,
    maxHopsPerTurn: config.limits.max_hops_per_turn,
    endedInstances: config.limits.ended_instances,
    pathEntries: config.limits.path_entries,
  };
}
