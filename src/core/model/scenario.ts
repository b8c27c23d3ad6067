import type { StepOutcomeKind } from './turn';

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

/** A tool of the act stage of a step. */
export interface ToolBinding {
  readonly toolId: string;
  readonly timing: ToolTiming;
  /** Variables that receive the results of the tool. */
  readonly variableNames: readonly string[];
  /** Tools of the same step that must run before this tool. */
  readonly dependsOn: readonly string[];
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
  readonly outcomes: readonly StepOutcomeKind[];
  /** Natural language, evaluated only if semantic evaluation is enabled (3.4). */
  readonly conditionText: string;
  readonly conditionEmbedding: readonly number[];
  /** Fields that become unknown when the transition is taken (3.2). */
  readonly clears: readonly string[];
  readonly description: string;
}

/** A step of a scenario. Its stages run in the order collect, confirm, act, inform (3.1). */
export interface ScenarioStep {
  readonly stepId: string;
  readonly name: string;
  readonly description: string;
  readonly collectsProfileFields: readonly string[];
  readonly isCheckpoint: boolean;
  readonly checkpointDescription: string;
  readonly performsAction: boolean;
  readonly isRequiredAction: boolean;
  /** Whether the step has a confirm stage. Undefined: checkpoints and required actions have one. */
  readonly requiresConfirmation?: boolean | undefined;
  /** Fields whose values the CONFIRM shows; if empty, all known fields that the scenario collects. */
  readonly confirmsFields: readonly string[];
  readonly toolBindings: readonly ToolBinding[];
  readonly toolIds: readonly string[];
  readonly templateIds: readonly string[];
  /** Undefined: true for steps that collect fields and are neither terminal, nor a checkpoint, nor a required action. */
  readonly canSkip?: boolean | undefined;
  readonly isTerminal: boolean;
  readonly reachableFromAnywhere: boolean;
  readonly priority: number;
  readonly maxLoopCount?: number | undefined;
  readonly blocksStarts: boolean;
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
  readonly entryCondition: string;
  readonly completionCondition: string;
  readonly exclusive: boolean;
  readonly maxLoopCount?: number | undefined;
  readonly maxStartsPerSession?: number | undefined;
  /** In ms; undefined: the instance never becomes idle. */
  readonly idleTimeoutMs?: number | undefined;
  readonly idleAction: IdleAction;
  readonly whenNotAddressed: WhenNotAddressed;
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

/** The kinds of relationships (1.1 to 1.6). */
export type RelationshipKind = 'DEPENDS_ON' | 'EXCLUDES' | 'IMPLIES' | 'SPECIALIZES' | 'AMBIGUOUS' | 'RELATED';
export type RelationshipSource = 'RULE' | 'SCENARIO';

/** A relationship from a rule or scenario to a scenario (section 1). */
export interface Relationship {
  readonly kind: RelationshipKind;
  readonly sourceType: RelationshipSource;
  readonly sourceId: string;
  readonly targetScenarioId: string;
  /** 0..1. Has no effect on decisions. */
  readonly weight: number;
}
