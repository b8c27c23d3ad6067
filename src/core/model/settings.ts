/** How natural-language conditions are evaluated: not at all, by embedding similarity, or by the model of section 9 (3.4). */
export type SemanticEvaluation = 'off' | 'embedding' | 'llm';

/** How a pause requested by the customer ends (2.11). */
export type ResumePolicy = 'next_turn' | 'explicit';

/** Settings of the rules: `[pipeline.scenario_orchestration]`, and `enabled` of `[pipeline.scenario_filtering]`. */
export interface OrchestrationSettings {
  /** If false, every phase returns an empty result and the session does not change (2.16). */
  readonly enabled: boolean;
  /** If false, no candidate starts; existing instances continue (2.16). */
  readonly filteringEnabled: boolean;
  /** Loop limit of steps without a limit on the step or the scenario (2.8). Default 3, 1..1,000. */
  readonly maxLoopCount: number;
  /** More attempts than this are a loop (2.8). Default 5; 0 disables the limit. */
  readonly maxAttempts: number;
  /** Maximum number of active instances (2.15). Default 5, 1..20. */
  readonly maxSimultaneousScenarios: number;
  /** Whether a missing HARD field rejects a start (2.12). Default true. */
  readonly blockOnMissingHardFields: boolean;
  /** Whether steps whose fields are known can be skipped (3.5). Default true. */
  readonly enableStepSkipping: boolean;
  /** If false, at most one instance is active (2.16). Default true. */
  readonly enableMultiScenario: boolean;
  /** Minimum score of a candidate (2.12). Default 0.5, 0..1. */
  readonly startThreshold: number;
  /** Minimum score of a candidate that restarts a finished instance (2.3c). Default 0.8, 0..1. */
  readonly restartThreshold: number;
  /** Candidates whose scores differ by less can be ambiguous (1.5). Default 0.1, 0..1. */
  readonly ambiguityMargin: number;
  /** Number of MESSAGE turns on which a rejected start is retried (2.14). Default 3, 0..100. */
  readonly pendingStartTurns: number;
  /** How a pause requested by the customer ends (2.11). Default explicit. */
  readonly resumePolicy: ResumePolicy;
  /** Number of MESSAGE turns after which the plan offers to resume a paused instance (2.11). Default 3. */
  readonly offerAfterTurns: number;
  /** Maximum number of CONFIRMs in a plan (4.2). Default 1, 1..20. */
  readonly maxConfirmsPerTurn: number;
  /** Maximum number of fields that a plan asks for (4.2). Default 0: no limit. */
  readonly maxFieldsToAskPerTurn: number;
  /** How natural-language conditions are evaluated (3.4). Default off. */
  readonly semanticEvaluation: SemanticEvaluation;
  /** Minimum cosine similarity of condition and message for TRUE, with "embedding" (3.4). Default 0.8, -1..1. */
  readonly semanticThreshold: number;
  /** Maximum number of steps of one walk, a safeguard for cyclic graphs (3.5). Default 1,000. */
  readonly maxHopsPerTurn: number;
  /** Maximum work of the decision of one turn, in units of about 0.1 us; see `Allowance`. Default 100,000. */
  readonly turnWork: number;
  /** Number of ended instances that a session keeps. Default 50. */
  readonly endedInstances: number;
  /** Number of path entries that an instance keeps. Default 200. */
  readonly pathEntries: number;
}

export const defaultSettings: OrchestrationSettings = {
  enabled: true,
  filteringEnabled: true,
  maxLoopCount: 3,
  maxAttempts: 5,
  maxSimultaneousScenarios: 5,
  blockOnMissingHardFields: true,
  enableStepSkipping: true,
  enableMultiScenario: true,
  startThreshold: 0.5,
  restartThreshold: 0.8,
  ambiguityMargin: 0.1,
  pendingStartTurns: 3,
  resumePolicy: 'explicit',
  offerAfterTurns: 3,
  maxConfirmsPerTurn: 1,
  maxFieldsToAskPerTurn: 0,
  semanticEvaluation: 'off',
  semanticThreshold: 0.8,
  maxHopsPerTurn: 1_000,
  turnWork: 100_000,
  endedInstances: 50,
  pathEntries: 200,
};
