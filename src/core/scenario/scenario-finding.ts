import type { ConditionFindingCode } from '../conditions';
import type { ScenarioStep, StepTransition } from '../model/scenario';

/** Codes of findings in a scenario. Each comment names the author's mistake. */
export type ScenarioFindingCode =
  | ConditionFindingCode
  /** The entry step is missing or does not exist. */
  | 'ENTRY_STEP_NOT_FOUND'
  /** Two steps have the same id. */
  | 'DUPLICATE_STEP'
  /** Two transitions have the same id. */
  | 'DUPLICATE_TRANSITION'
  /** A field is required twice. */
  | 'DUPLICATE_REQUIRED_FIELD'
  /** The step map of a migration leads to a step that this version does not have. */
  | 'MIGRATION_TARGET_NOT_FOUND'
  /** A required action has no tool. */
  | 'REQUIRED_ACTION_WITHOUT_TOOL'
  /** A step performs an action without a tool. */
  | 'ACTION_WITHOUT_TOOL'
  /** A tool depends on one that the step does not have. */
  | 'TOOL_NOT_FOUND'
  /** Tools depend on each other. */
  | 'TOOL_CYCLE'
  /** A step lists a tool twice. */
  | 'DUPLICATE_TOOL'
  /** `can_skip` is set on a step that is never skipped. */
  | 'CAN_SKIP_WITHOUT_EFFECT'
  /** A step without stages is a checkpoint or has `can_skip = false`. */
  | 'STEP_SAYS_NOTHING'
  /** A terminal ending is set on a step that is not terminal. */
  | 'ENDING_WITHOUT_EFFECT'
  /** `speak` is set on a step without templates. */
  | 'SPEAK_WITHOUT_TEMPLATE'
  /** A step confirms nothing and lists the fields that it confirms. */
  | 'CONFIRMS_FIELDS_AND_NOTHING'
  /** A step without a confirmation sets what it confirms. */
  | 'CONFIRMATION_WITHOUT_EFFECT'
  /** A required WRITE action runs without a confirmation, and a later step confirms what was collected before it. */
  | 'CONFIRMED_TOO_LATE'
  /** A scenario calls itself. */
  | 'CALL_CYCLE'
  /** A transition waits for the outcome of a call, but its step calls no scenario. */
  | 'OUTCOME_WITHOUT_CALL'
  /** A transition leads to a step that does not exist. */
  | 'DANGLING_TRANSITION'
  /** A natural-language condition is not evaluated. */
  | 'SEMANTIC_EVALUATION_OFF'
  /** A natural-language condition has no embedding but is evaluated by embedding. */
  | 'CONDITION_WITHOUT_EMBEDDING'
  /** A transition follows a default transition, which is always taken. */
  | 'HIDDEN_BY_DEFAULT'
  /** An ANYTIME transition has no rule, so its step is left on every turn. */
  | 'ANYTIME_STATES_NOTHING'
  /** A global transition has no rule, so it is always TRUE. */
  | 'GLOBAL_STATES_NOTHING'
  /** A global transition leads to a step without `reachable_from_anywhere`. */
  | 'GLOBAL_TARGET_NOT_REACHABLE'
  /** A transition returns and also has a target. */
  | 'RETURNS_WITH_TARGET'
  /** A global transition returns. */
  | 'GLOBAL_RETURNS'
  /** A transition returns, but no global transition leads to its step. */
  | 'RETURN_WITHOUT_GLOBAL'
  /** The time of a transition never passes before the step is left or the instance becomes idle. */
  | 'AFTER_NOT_REACHED'
  /** `remind_after` is set on a step that asks and confirms nothing. */
  | 'REMINDER_WITHOUT_QUESTION'
  /** The instance becomes idle before the reminder is due. */
  | 'REMINDER_NOT_REACHED'
  /** `max_reminders` is set without `remind_after`. */
  | 'MAX_REMINDERS_WITHOUT_EFFECT'
  /** No terminal step is reachable from the entry step. */
  | 'NO_WAY_TO_TERMINAL'
  /** A step is not reachable. */
  | 'UNREACHABLE_STEP'
  /** A cycle has no exit, and no limit ends it. */
  | 'TRAP'
  /** A step is not terminal and has no outgoing transition. */
  | 'DEAD_END'
  /** A cycle has no exit; the loop limit ends it. */
  | 'NO_WAY_OUT'
  /** A field is read that nothing in the scenario provides. */
  | 'FIELD_NOT_COLLECTED'
  /** A condition compares a field with a value that the field never has. */
  | 'FIELD_TYPE'
  /** A step asks for a field that the customer cannot set. */
  | 'FIELD_NOT_FROM_CUSTOMER'
  /** A condition reads a variable of a tool without testing that it exists. */
  | 'TOOL_VARIABLE_WITHOUT_HAS'
  /** A transition back to a step cannot clear what the step collects on the turn on which the customer gives it. */
  | 'CLEARS_OWN_FIELD'
  /** An optional field is not collected by its step. */
  | 'OPTIONAL_FIELD_NOT_COLLECTED'
  /** A persisted field is neither collected by a step nor filled by a tool. */
  | 'PERSISTED_FIELD_NOT_COLLECTED'
  /** A local field is not collected by any step. */
  | 'LOCAL_FIELD_NOT_COLLECTED';

/** A problem in a scenario. An ERROR rejects the scenario, a WARNING does not. */
export interface ScenarioFinding {
  readonly severity: 'ERROR' | 'WARNING';
  /** Does not change between releases. */
  readonly code: ScenarioFindingCode;
  /** What is wrong and how to fix it. */
  readonly message: string;
  /** Path in the field names of the contract, for example `steps[2].transitions[0].condition`. */
  readonly fieldPath: string;
  /** "" if the finding does not concern a step. */
  readonly stepId: string;
  /** "" if the finding does not concern a transition. */
  readonly transitionId: string;
  /** 1-based position within a condition; 0 for other findings. */
  readonly line: number;
  readonly column: number;
}

/** The location of a finding. Parts that do not apply are omitted. */
export interface FindingLocation {
  readonly fieldPath: string;
  readonly stepId?: string;
  readonly transitionId?: string;
}

/** The location of a transition of a step. The indexes are 0-based. */
export function locateTransition(
  step: ScenarioStep,
  stepIndex: number,
  transitionIndex: number,
): Required<FindingLocation> {
  return {
    fieldPath: `steps[${stepIndex}].transitions[${transitionIndex}]`,
    stepId: step.stepId,
    transitionId: step.transitions[transitionIndex]?.transitionId || `${step.stepId}/${transitionIndex + 1}`,
  };
}

export function locateGlobalTransition({ transitionId }: StepTransition, index: number): Required<FindingLocation> {
  return {
    fieldPath: `global_transitions[${index}]`,
    stepId: '',
    transitionId: transitionId || `global/${index + 1}`,
  };
}

/** Returns the location of a field below a location. */
export function locateField<Location extends FindingLocation>(location: Location, field: string): Location {
  return { ...location, fieldPath: `${location.fieldPath}.${field}` };
}

export function createError(code: ScenarioFindingCode, message: string, location: FindingLocation): ScenarioFinding {
  return createFinding('ERROR', code, message, location);
}

export function createWarning(code: ScenarioFindingCode, message: string, location: FindingLocation): ScenarioFinding {
  return createFinding('WARNING', code, message, location);
}

function createFinding(
  severity: ScenarioFinding['severity'],
  code: ScenarioFindingCode,
  message: string,
  { fieldPath, stepId = '', transitionId = '' }: FindingLocation,
): ScenarioFinding {
  return { severity, code, message, fieldPath, stepId, transitionId, line: 0, column: 0 };
}
