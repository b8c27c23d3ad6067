import type { VisitOutcome } from './turn';

/** What happens to an idle instance (2.7). */
export type IdleAction = 'PAUSE' | 'CANCEL';
/** How an instance behaves on a turn that addresses only other instances (0.5). */
export type WhenNotAddressed = 'QUIET' | 'CONTRIBUTE' | 'PAUSE';
/** How running instances react to a new version of their scenario (section 7). */
export type MigrationPolicy = 'PINNED' | 'MIGRATE';
/** When a transition can be taken (3.2). */
export type TransitionTrigger = 'ON_COMPLETION' | 'ANYTIME';
/** When the executor should run a tool. */
export type ToolTiming = 'BEFORE_STEP' | 'DURING_STEP' | 'AFTER_STEP';
/** Whether a missing field rejects a start (HARD) or is only reported (SOFT) (2.13). */
export type RequirementLevel = 'HARD' | 'SOFT';

/** Whether a tool changes something outside (WRITE) or only looks something up (READ) (3.1). */
export type ToolEffect = 'READ' | 'WRITE';
/** How the templates of a step reach the customer: as an INFORM, or with the next contribution (3.1). */
export type SpeakMode = 'INFORM' | 'WITH_NEXT';
/** How a run ends (2.3). */
export type Ending = 'SUCCEEDED' | 'FAILED';
/** What displacement does to an instance (2.9). */
export type WhenDisplaced = 'PAUSE' | 'CANCEL';
/** How a pause ends if the customer does not end it: automatically, or after an offer was accepted (2.11). */
export type ResumeMode = 'AUTOMATIC' | 'OFFER';

/** Another scenario that a step runs to continue with its result (section 11). */
export interface StepCall {
  readonly scenarioId: string;
  /** The last completed run of the session is used, if it ended SUCCEEDED. */
  readonly reuseCompleted: boolean;
  /** Fields whose values become variables of the caller. */
  readonly returns: readonly string[];
}

/** A tool of the act stage of a step. */
export interface ToolBinding {
  readonly toolId: string;
  readonly timing: ToolTiming;
  /** Variables that receive the results of the tool. */
  readonly variableNames: readonly string[];
  /** Tools of the same step that must run before this tool. */
  readonly dependsOn: readonly string[];
  /** Undefined: WRITE in a required action, READ elsewhere. */
  readonly effect?: ToolEffect | undefined;
}

/** A transition between steps; TRUE when all of its rules hold (3.2). An empty string or list is not a rule. */
export interface StepTransition {
  /** Unique within the scenario. "" if the author gave none; compilation then assigns one. */
  readonly transitionId: string;
  readonly targetStepId: string;
  /** Higher values are evaluated first; ties in the order of the definition. */
  readonly priority: number;
  readonly trigger: TransitionTrigger;
  readonly intentLabel: string;
  /** CEL; "" without a condition. */
  readonly condition: string;
  readonly conditionFields: readonly string[];
  readonly outcomes: readonly VisitOutcome[];
  /** Natural language, evaluated only if semantic evaluation is enabled (3.4). */
  readonly conditionText: string;
  readonly conditionEmbedding: readonly number[];
  /** Fields that become unknown when the transition is taken (3.2). */
  readonly clears: readonly string[];
  /** Returns to the step and visit that a global transition left. Such a transition has no target (3.2). */
  readonly returns: boolean;
  /** Time since the later of the visit's opening and the last MESSAGE turn, in ms (section 14). Undefined: no rule. */
  readonly afterMs?: number | undefined;
  readonly description: string;
}

/** A step of a scenario. Its stages run in the order collect, confirm, act, inform (3.1). */
export interface ScenarioStep {
  readonly stepId: string;
  readonly name: string;
  readonly description: string;
  readonly collectsProfileFields: readonly string[];
  /** Collected fields that the customer may decline or leave out (3.1). */
  readonly optionalFields: readonly string[];
  readonly calls?: StepCall | undefined;
  readonly isCheckpoint: boolean;
  readonly checkpointDescription: string;
  readonly performsAction: boolean;
  readonly isRequiredAction: boolean;
  /** Whether the step has a confirm stage. Undefined: checkpoints and required actions have one. */
  readonly requiresConfirmation?: boolean | undefined;
  /** Fields whose values the CONFIRM shows; if empty, all known fields that the scenario collects. */
  readonly confirmsFields: readonly string[];
  /** The CONFIRM binds no values. */
  readonly confirmsNothing: boolean;
  readonly toolBindings: readonly ToolBinding[];
  readonly toolIds: readonly string[];
  readonly templateIds: readonly string[];
  readonly speak: SpeakMode;
  /** Undefined: true for steps that collect fields and are neither terminal, nor a checkpoint, nor a required action. */
  readonly canSkip?: boolean | undefined;
  readonly isTerminal: boolean;
  /** How a run that ends at this terminal step ends (2.3). */
  readonly ending: Ending;
  readonly reachableFromAnywhere: boolean;
  /** Whether relocalization can move an instance here. Undefined: the value of `reachableFromAnywhere` (3.8). */
  readonly isRecovery?: boolean | undefined;
  readonly priority: number;
  readonly maxLoopCount?: number | undefined;
  /** Limit on attempts at this step; 0 disables the limit. Undefined: that of the scenario (2.8). */
  readonly maxAttempts?: number | undefined;
  readonly blocksStarts: boolean;
  /** Time since the open ASK or CONFIRM was last put after which it is put again, in ms. Undefined: no reminder (section 14). */
  readonly remindAfterMs?: number | undefined;
  readonly maxReminders: number;
  readonly transitions: readonly StepTransition[];
}

/** A field that must or should be known when a scenario starts (2.13). */
export interface RequiredField {
  readonly fieldName: string;
  readonly level: RequirementLevel;
  readonly description: string;
}

/** A definition as written by its author, with defaults applied. */
export interface Scenario {
  readonly scenarioId: string;
  readonly name: string;
  readonly description: string;
  readonly triggerDescription: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly priority: number;
  readonly entryStepId: string;
  readonly steps: readonly ScenarioStep[];
  readonly globalTransitions: readonly StepTransition[];
  readonly requiredFields: readonly RequiredField[];
  readonly persistedFields: readonly string[];
  /** Fields that only one instance receives and sees (0.4). */
  readonly localFields: readonly string[];
  readonly entryCondition: string;
  readonly completionCondition: string;
  readonly cancelCondition: string;
  readonly exclusive: boolean;
  readonly maxLoopCount?: number | undefined;
  /** Limit on attempts at a step; 0 disables the limit. Undefined: the configured one (2.8). */
  readonly maxAttempts?: number | undefined;
  /** Minimum score of a candidate that restarts a finished instance; undefined: the configured one (2.3c). */
  readonly restartThreshold?: number | undefined;
  /** A candidate starts only after the customer agreed (2.12). */
  readonly askBeforeStart: boolean;
  readonly maxStartsPerSession?: number | undefined;
  /** In ms; undefined: the instance never becomes idle. */
  readonly idleTimeoutMs?: number | undefined;
  readonly idleAction: IdleAction;
  readonly whenNotAddressed: WhenNotAddressed;
  readonly whenDisplaced: WhenDisplaced;
  readonly resume: ResumeMode;
  readonly migrationPolicy: MigrationPolicy;
  readonly migrationStepMap: ReadonlyMap<string, string>;
}

/** One stored version of a scenario. */
export interface StoredScenario {
  readonly scenario: Scenario;
  /** Starts at 1; never reused. */
  readonly version: number;
  /** SHA-256 of the definition, lowercase hexadecimal. */
  readonly contentHash: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/** The kinds of relationships (1.1 to 1.7). */
export type RelationshipKind =
  | 'DEPENDS_ON'
  | 'EXCLUDES'
  | 'IMPLIES'
  | 'SPECIALIZES'
  | 'AMBIGUOUS'
  | 'RELATED'
  | 'LEADS_TO';
export type RelationshipSource = 'RULE' | 'SCENARIO';

/** A relationship from a rule or scenario to a scenario (section 1). */
export interface Relationship {
  readonly kind: RelationshipKind;
  readonly sourceType: RelationshipSource;
  readonly sourceId: string;
  readonly targetScenarioId: string;
  /** 0..1. Has no effect on decisions. */
  readonly weight: number;
  /** DEPENDS_ON only: the start of the source starts the target first (1.1). */
  readonly startDependency: boolean;
}
