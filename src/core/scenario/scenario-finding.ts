import type { ConditionFindingCode } from '../conditions';

/** What can be found in a scenario. The comment says what the author did. */
export type ScenarioFindingCode =
  | ConditionFindingCode
  /** Names no entry step, or one that is no step of the scenario. */
  | 'ENTRY_STEP_NOT_FOUND'
  /** Gave two steps the same id. */
  | 'DUPLICATE_STEP'
  /** Gave two transitions the same id. */
  | 'DUPLICATE_TRANSITION'
  /** Requires a field twice. */
  | 'DUPLICATE_REQUIRED_FIELD'
  /** Maps a step of an older version to one that is no step of this one. */
  | 'MIGRATION_TARGET_NOT_FOUND'
  /** Requires an action that no tool can do. */
  | 'REQUIRED_ACTION_WITHOUT_TOOL'
  /** Performs an action without a tool that is hinted. */
  | 'ACTION_WITHOUT_TOOL'
  /** Lets a tool depend on one that the step does not have. */
  | 'TOOL_NOT_FOUND'
  /** Lets tools wait for each other. */
  | 'TOOL_CYCLE'
  /** Names a tool twice in a step. */
  | 'DUPLICATE_TOOL'
  /** Lets a step be skipped that never is. */
  | 'CAN_SKIP_WITHOUT_EFFECT'
  /** Made a step that may not be skipped, or where a walk ends, and that says nothing. */
  | 'STEP_SAYS_NOTHING'
  /** Lets a transition lead to what is no step. */
  | 'DANGLING_TRANSITION'
  /** States a condition in natural language, which is not judged. */
  | 'SEMANTIC_EVALUATION_OFF'
  /** States a condition in natural language without the embedding that it would be judged by. */
  | 'CONDITION_WITHOUT_EMBEDDING'
  /** Wrote a transition below a default one, which decides always. */
  | 'HIDDEN_BY_DEFAULT'
  /** Lets a step be left at any time, whatever happens. */
  | 'ANYTIME_STATES_NOTHING'
  /** Wrote a global transition that is always TRUE. */
  | 'GLOBAL_STATES_NOTHING'
  /** Lets a global transition lead to a step that is not reachable from anywhere. */
  | 'GLOBAL_TARGET_NOT_REACHABLE'
  /** Gave the scenario no end. */
  | 'NO_WAY_TO_TERMINAL'
  /** Made a step that no way leads to. */
  | 'UNREACHABLE_STEP'
  /** Made a cycle without a way out that no limit ends. */
  | 'TRAP'
  /** Made a step that is no end and that nothing leaves. */
  | 'DEAD_END'
  /** Made a cycle without a way out that the loop limit ends. */
  | 'NO_WAY_OUT'
  /** Reads a field that nothing in the scenario provides. */
  | 'FIELD_NOT_COLLECTED'
  /** Persists a field that no step collects. */
  | 'PERSISTED_FIELD_NOT_COLLECTED';

/** One thing that is wrong with, or noteworthy in, a scenario. ERROR refuses it, WARNING informs. */
export interface ScenarioFinding {
  readonly severity: 'ERROR' | 'WARNING';
  /** Stable. */
  readonly code: ScenarioFindingCode;
  /** What is wrong and what to do, in a sentence. */
  readonly message: string;
  /** Path into the scenario in the contract's field names, for example `steps[2].transitions[0].condition`. */
  readonly fieldPath: string;
  /** "" where none is concerned. */
  readonly stepId: string;
  /** "" where none is concerned. */
  readonly transitionId: string;
  /** Within a condition, from 1; 0 where there is none. */
  readonly line: number;
  readonly column: number;
}
