import type { ContributionType } from './contribution';
import type { FieldValues, JsonValue } from './json';
import type { LifecycleReason, PauseReason, RejectionReason } from './lifecycle-decision';
import type { StepOutcomeKind, VariableScope } from './turn';

/** Identifies a session across all tenants. */
export interface SessionKey {
  readonly tenantId: string;
  readonly sessionId: string;
}

/** The contribution types that await an answer. */
export type OpenContributionType = 'ASK' | 'CONFIRM' | 'ACTION_HINT';

/** The state of one visit of a step: stages, attempts and the open contribution (3.1, 3.6). */
export interface StepVisit {
  /** Unique within the instance, from 1; never reused. */
  readonly number: number;
  readonly enteredRevision: number;
  /** Types contributed in earlier turns of this visit, without deferred contributions; sorted. */
  readonly contributedTypes: readonly ContributionType[];
  /** Fields asked for in this visit, shared fields included; sorted. */
  readonly askedFields: readonly string[];
  readonly openType: OpenContributionType | undefined;
  /** Fields of the open ASK; sorted. */
  readonly openAskFields: readonly string[];
  /** Values that the last CONFIRM showed. */
  readonly shownValues: FieldValues;
  /** The shown values were confirmed and have not changed since. */
  readonly confirmed: boolean;
  readonly outcome: StepOutcomeKind | undefined;
  /** An outcome of the step's action was recorded in this visit. */
  readonly acted: boolean;
  /** MESSAGE turns that left an open ASK unanswered (3.6). */
  readonly attempts: number;
}

/** A step that an instance left or skipped. */
export interface PathEntry {
  /** From 1; not renumbered when the path is trimmed. */
  readonly sequence: number;
  readonly stepId: string;
  /** 0 if the step was skipped (3.5). */
  readonly visitNumber: number;
  /** "" if a correction or relocalization moved the instance. */
  readonly transitionId: string;
  /** The step had asked for a field. */
  readonly asked: boolean;
  readonly leftRevision: number;
}

/** A passed checkpoint or a required action that succeeded (3.7). */
export interface IrreversibleStep {
  readonly stepId: string;
  readonly description: string;
  readonly visitNumber: number;
  readonly revision: number;
  /** The latest path entry of the instance when the step was passed. */
  readonly pathSequence: number;
  /** False for a success that was recorded late (0.6). */
  readonly passed: boolean;
}

/** One run of one scenario in one session. */
export interface ScenarioInstance {
  readonly instanceId: string;
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  readonly status: 'ACTIVE' | 'PAUSED';
  /** Position in the order of starts of the session, from 1; never reused. */
  readonly startNumber: number;
  /** Milliseconds since 1970, like all times in this file. */
  readonly startedAt: number;
  /** Updated on start, resume and step change, and when a turn addresses the instance (2.7). */
  readonly lastActiveAt: number;
  readonly pausedAt: number | undefined;
  readonly pauseReason: PauseReason | undefined;
  /** Turn count of the session when the instance was paused; 0 while it is active. */
  readonly pausedAtTurnCount: number;
  /** PREEMPTED only: the instances that displaced it. */
  readonly displacedByInstanceIds: readonly string[];
  readonly currentStepId: string;
  readonly visit: StepVisit;
  /** Oldest first, bounded. */
  readonly path: readonly PathEntry[];
  /** Oldest first, never trimmed. */
  readonly irreversibleDone: readonly IrreversibleStep[];
  /** Steps before the last passed checkpoint that have not been entered since; sorted (3.7). */
  readonly stepsBeforeCheckpoint: readonly string[];
  /**
   * Steps whose entry was trimmed from the path; sorted. A checkpoint that is passed later also blocks corrections to these steps (3.7).
   */
  readonly stepsTrimmedFromPath: readonly string[];
  readonly loopCounts: ReadonlyMap<string, number>;
  readonly lastVisitNumber: number;
  readonly lastPathSequence: number;
  /** From outcome results; null means "no longer known". */
  readonly variables: FieldValues;
  /** When the variables were stored: the time of the turn. Sessions of releases up to 0.2 have none. */
  readonly variableTimes: ReadonlyMap<string, number>;
  readonly relocalizationCount: number;
  /** Maps a transition id to the canonical JSON of the values that the transition read when it was taken (3.2). */
  readonly globalTransitionGuards: ReadonlyMap<string, string>;
}

/** An instance that completed or was canceled. */
export interface EndedInstance {
  readonly instanceId: string;
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  readonly status: 'COMPLETED' | 'CANCELLED';
  readonly reason: LifecycleReason;
  readonly startNumber: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly lastStepId: string;
  readonly irreversibleDone: readonly IrreversibleStep[];
}

/** A stored value (0.4). */
export interface SessionVariable {
  readonly value: JsonValue;
  readonly scope: VariableScope;
  /** The time of the turn that stored it; undefined for one that a release up to 0.2 stored. */
  readonly storedAt?: number | undefined;
}

/** A rejected start that is tried again on later turns (2.14). */
export interface PendingStart {
  readonly scenarioId: string;
  readonly score: number;
  readonly reason: RejectionReason;
  /** Remaining MESSAGE turns on which it is tried again. */
  readonly turnsLeft: number;
}

/** How often a scenario started and completed in a session. */
export interface ScenarioCounter {
  readonly starts: number;
  readonly completions: number;
}

/** A contribution of the last plan that is neither deferred nor NONE (0.3). */
export interface OpenContribution {
  readonly instanceId: string;
  readonly type: ContributionType;
}

/** One conversation of one customer with one agent of one tenant. */
export interface Session extends SessionKey {
  readonly agentId: string;
  /** Number of applied turns; 0 before the first turn, including for an imported session. */
  readonly revision: number;
  /** Number of applied MESSAGE turns. */
  readonly turnCount: number;
  /** Active and paused, in start order. */
  readonly instances: readonly ScenarioInstance[];
  /** Oldest first, bounded. */
  readonly endedInstances: readonly EndedInstance[];
  readonly variables: ReadonlyMap<string, SessionVariable>;
  readonly pendingStarts: readonly PendingStart[];
  readonly scenarioCounters: ReadonlyMap<string, ScenarioCounter>;
  /** In the order of the last plan. */
  readonly openContributions: readonly OpenContribution[];
  /** Scenarios of the CHOICE of the last MESSAGE turn; sorted (1.5). */
  readonly offeredChoiceScenarioIds: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastTurnId: string;
  readonly lastStartNumber: number;
  /** Identifies the legacy record that the session was imported from (section 8); "" if it was not imported. */
  readonly importedFrom: string;
}

/** Creates a session before its first turn. */
export function createEmptySession(key: SessionKey & { readonly agentId: string }): Session {
  return {
    tenantId: key.tenantId,
    agentId: key.agentId,
    sessionId: key.sessionId,
    revision: 0,
    turnCount: 0,
    instances: [],
    endedInstances: [],
    variables: new Map(),
    pendingStarts: [],
    scenarioCounters: new Map(),
    openContributions: [],
    offeredChoiceScenarioIds: [],
    createdAt: 0,
    updatedAt: 0,
    lastTurnId: '',
    lastStartNumber: 0,
    importedFrom: '',
  };
}

const noValues: FieldValues = new Map();

/** Creates a visit in which nothing has happened yet. */
export function createVisit(number: number, enteredRevision: number): StepVisit {
  return {
    number,
    enteredRevision,
    contributedTypes: [],
    askedFields: [],
    openType: undefined,
    openAskFields: [],
    shownValues: noValues,
    confirmed: false,
    outcome: undefined,
    acted: false,
    attempts: 0,
  };
}
