/** How natural-language conditions are judged: not, by the likeness of embeddings, or by the model of section 9 (3.4). */
export type SemanticEvaluation = 'off' | 'embedding' | 'llm';

/** The rules' own settings: `[pipeline.scenario_orchestration]` and what P6.2 reads of `[pipeline.scenario_filtering]`. */
export interface OrchestrationSettings {
  /** False: every phase answers empty, the session is untouched (2.16). */
  readonly enabled: boolean;
  /** False: no candidate starts; instances go on (2.16). */
  readonly filteringEnabled: boolean;
  /** Loop limit where neither step nor scenario has one (2.8). Default 3, 1..1,000. */
  readonly maxLoopCount: number;
  /** Attempts above this are a loop (2.8). Default 5, 0: no limit. */
  readonly maxAttempts: number;
  /** Bound of active instances (2.15). Default 5, 1..20. */
  readonly maxSimultaneousScenarios: number;
  /** A missing HARD field refuses a start (2.12). Default true. */
  readonly blockOnMissingHardFields: boolean;
  /** Steps whose fields are known may be passed over (3.5). Default true. */
  readonly enableStepSkipping: boolean;
  /** False: at most one active instance (2.16). Default true. */
  readonly enableMultiScenario: boolean;
  /** A candidate's score must reach this (2.12). Default 0.5, 0..1. */
  readonly startThreshold: number;
  /** Scores that differ by less are ambiguous (1.5). Default 0.1, 0..1. */
  readonly ambiguityMargin: number;
  /** MESSAGE turns on which a refused start is tried again (2.14). Default 3, 0..100. */
  readonly pendingStartTurns: number;
  /** How a pause that the customer asked for ends (2.11). Default next_turn. */
  readonly resumePolicy: 'next_turn' | 'explicit';
  /** Paused for more MESSAGE turns than this: abandoned (2.11). Default 3. */
  readonly offerAfterTurns: number;
  /** CONFIRMs a plan makes at most (4.2). Default 1, 1..20. */
  readonly maxConfirmsPerTurn: number;
  /** Fields a plan asks for at most (4.2). Default 0: no limit. */
  readonly maxFieldsToAskPerTurn: number;
  /** Whether natural-language conditions are judged (3.4). Default off. */
  readonly semanticEvaluation: SemanticEvaluation;
  /** Cosine of condition and message from which on "embedding" says TRUE (3.4). Default 0.8, -1..1. */
  readonly semanticThreshold: number;
  /** Steps that one walk may go at most, a budget for cyclic graphs (3.5). Default 1,000. */
  readonly maxHopsPerTurn: number;
  /** Ended instances a session keeps. Default 50. */
  readonly endedInstances: number;
  /** Path entries an instance keeps. Default 200. */
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
  ambiguityMargin: 0.1,
  pendingStartTurns: 3,
  resumePolicy: 'next_turn',
  offerAfterTurns: 3,
  maxConfirmsPerTurn: 1,
  maxFieldsToAskPerTurn: 0,
  semanticEvaluation: 'off',
  semanticThreshold: 0.8,
  maxHopsPerTurn: 1_000,
  endedInstances: 50,
  pathEntries: 200,
};
