import type { StepOutcomeKind } from './turn';

/** What an idle instance does (2.7). */
export type IdleAction = 'PAUSE' | 'CANCEL';
/** What an instance does on a turn that addresses others only (0.5). */
export type WhenNotAddressed = 'QUIET' | 'CONTRIBUTE' | 'PAUSE';
/** What running instances do when a newer version is stored (section 7). */
export type MigrationPolicy = 'PINNED' | 'MIGRATE';
/** When a transition may be taken (3.2). */
export type TransitionTrigger = 'ON_COMPLETION' | 'ANYTIME';
/** When the executor should run a tool. */
export type ToolTiming = 'BEFORE_STEP' | 'DURING_STEP' | 'AFTER_STEP';
/** How strictly a field is required for a start (2.13). */
export type RequirementLevel = 'HARD' | 'SOFT';

/** A tool of a step's act stage. */
export interface ToolBinding {
  readonly toolId: string;
  readonly timing: ToolTiming;
  /** The variables that its results fill. */
  readonly variableNames: readonly string[];
  /** Tools of the same step that must run before it. */
  readonly dependsOn: readonly string[];
}

/** One way from a step to another; TRUE when all that it states holds (3.2). An empty string or list states nothing. */
export interface StepTransition {
  /** Unique within the scenario; "" until it is compiled, where the author gave none. */
  readonly transitionId: string;
  readonly targetStepId: string;
  /** Higher is looked at first; equal ones as written. */
  readonly priority: number;
  readonly trigger: TransitionTrigger;
  readonly intentLabel: string;
  /** CEL text. */
  readonly condition: string;
  readonly conditionFields: readonly string[];
  readonly outcomes: readonly StepOutcomeKind[];
  /** Natural language, judged only where semantic evaluation is on (3.4). */
  readonly conditionText: string;
  readonly conditionEmbedding: readonly number[];
  /** Fields that become unknown when it is taken (3.2). */
  readonly clears: readonly string[];
  readonly description: string;
}

/** One step of a scenario; its stages are worked in the order collect, confirm, act, inform (3.1). */
export interface ScenarioStep {
  readonly stepId: string;
  readonly name: string;
  readonly description: string;
  readonly collectsProfileFields: readonly string[];
  readonly isCheckpoint: boolean;
  readonly checkpointDescription: string;
  readonly performsAction: boolean;
  readonly isRequiredAction: boolean;
  /** Overrules whether there is a confirm stage; undefined: checkpoints and required actions have one. */
  readonly requiresConfirmation?: boolean | undefined;
  /** Empty: all known fields that the scenario collects. */
  readonly confirmsFields: readonly string[];
  readonly toolBindings: readonly ToolBinding[];
  readonly toolIds: readonly string[];
  readonly templateIds: readonly string[];
  /** Undefined: true for a step that collects fields and is neither terminal, a checkpoint nor a required action. */
  readonly canSkip?: boolean | undefined;
  readonly isTerminal: boolean;
  readonly reachableFromAnywhere: boolean;
  readonly priority: number;
  readonly maxLoopCount?: number | undefined;
  readonly blocksStarts: boolean;
  readonly transitions: readonly StepTransition[];
}

/** A field that should be known when a scenario starts (2.13). */
export interface RequiredField {
  readonly fieldName: string;
  readonly level: RequirementLevel;
  readonly description: string;
}

/** A definition as its author wrote it, with defaults filled in. */
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
  /** Milliseconds; undefined: never idle. */
  readonly idleTimeoutMs?: number | undefined;
  readonly idleAction: IdleAction;
  readonly whenNotAddressed: WhenNotAddressed;
  readonly migrationPolicy: MigrationPolicy;
  readonly migrationStepMap: ReadonlyMap<string, string>;
}

/** One stored version of a scenario. */
export interface StoredScenario {
  readonly scenario: Scenario;
  /** From 1, never reused. */
  readonly version: number;
  /** SHA-256 over the definition, lower-case hexadecimal. */
  readonly contentHash: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/** The meaning of a relationship (1.1 to 1.6). */
export type RelationshipKind = 'DEPENDS_ON' | 'EXCLUDES' | 'IMPLIES' | 'SPECIALIZES' | 'AMBIGUOUS' | 'RELATED';
export type RelationshipSource = 'RULE' | 'SCENARIO';

/** Joins a rule or a scenario to a scenario (section 1). */
export interface Relationship {
  readonly kind: RelationshipKind;
  readonly sourceType: RelationshipSource;
  readonly sourceId: string;
  readonly targetScenarioId: string;
  /** 0..1, without effect here. */
  readonly weight: number;
}
