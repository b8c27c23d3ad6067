import type { ContributionType } from './contribution';
import type { FieldValues, JsonValue } from './json';
import type { LifecycleReason, RejectionReason } from './lifecycle-decision';
import type { StepOutcomeKind, VariableScope } from './turn';

/** Why an instance is paused; each ends in its own way (2.11). */
export type PauseReason = 'USER_REQUEST' | 'LOOP' | 'IDLE' | 'NEEDS_MIGRATION' | 'INTERRUPTED' | 'PREEMPTED';

/** Names a session within all tenants. */
export interface SessionKey {
  readonly tenantId: string;
  readonly sessionId: string;
}

/** What can be open: contributed last and awaiting an answer. */
export type OpenContributionType = 'ASK' | 'CONFIRM' | 'ACTION_HINT';

/** State of one visit of a step: its stages, attempts and what is open (3.1, 3.6). */
export interface StepVisit {
  /** Number within the instance, from 1; never reused. */
  readonly number: number;
  readonly enteredRevision: number;
  /** Types contributed in earlier turns of this visit, deferred ones left out; sorted. */
  readonly contributedTypes: readonly ContributionType[];
  /** Fields asked in this visit, shared ones included; sorted. */
  readonly askedFields: readonly string[];
  readonly openType: OpenContributionType | undefined;
  /** The fields of the open ASK; sorted. */
  readonly openAskFields: readonly string[];
  /** The values that the last CONFIRM showed. */
  readonly shownValues: FieldValues;
  /** Those values were confirmed and have not changed since. */
  readonly confirmed: boolean;
  readonly outcome: StepOutcomeKind | undefined;
  /** An outcome of the step's action came in this visit. */
  readonly acted: boolean;
  /** MESSAGE turns that left an open ASK unanswered (3.6). */
  readonly attempts: number;
}

/** A step that an instance left or passed over. */
export interface PathEntry {
  /** From 1; survives trimming. */
  readonly sequence: number;
  readonly stepId: string;
  /** 0 where the step was passed over (3.5). */
  readonly visitNumber: number;
  /** "" where a correction or relocalization moved the instance. */
  readonly transitionId: string;
  /** Whether the step had asked for a field. */
  readonly asked: boolean;
  readonly leftRevision: number;
}

/** A passed checkpoint or a required action that succeeded (3.7). */
export interface IrreversibleStep {
  readonly stepId: string;
  readonly description: string;
  readonly visitNumber: number;
  readonly revision: number;
  /** The instance's latest path entry at that moment. */
  readonly pathSequence: number;
  /** False for a success that came late (0.6). */
  readonly passed: boolean;
}

/** One run of one scenario in one session. */
export interface ScenarioInstance {
  readonly instanceId: string;
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  readonly status: 'ACTIVE' | 'PAUSED';
  /** Place in the session's order of starts, from 1; never reused. */
  readonly startNumber: number;
  /** Milliseconds since 1970, as all times here. */
  readonly startedAt: number;
  /** Moves on start, resume, step change, or when addressed (2.7). */
  readonly lastActiveAt: number;
  readonly pausedAt: number | undefined;
  readonly pauseReason: PauseReason | undefined;
  /** The session's turn count when it was paused; 0 while active. */
  readonly pausedAtTurnCount: number;
  /** PREEMPTED only: what displaced it. */
  readonly displacedByInstanceIds: readonly string[];
  readonly currentStepId: string;
  readonly visit: StepVisit;
  /** Oldest first, bounded. */
  readonly path: readonly PathEntry[];
  /** Oldest first, never trimmed. */
  readonly irreversibleDone: readonly IrreversibleStep[];
  /** Steps before the last passed checkpoint, not entered since; sorted (3.7). */
  readonly stepsBeforeCheckpoint: readonly string[];
  /** Steps that it left and whose entry the bounded path has lost: a checkpoint that is passed later bars them, too; sorted (3.7). */
  readonly stepsTrimmedFromPath: readonly string[];
  readonly loopCounts: ReadonlyMap<string, number>;
  readonly lastVisitNumber: number;
  readonly lastPathSequence: number;
  /** From outcome results; null means "not known any more". */
  readonly variables: FieldValues;
  readonly relocalizationCount: number;
  /** Transition id -> canonical JSON of what it read when it was taken (3.2). */
  readonly globalTransitionGuards: ReadonlyMap<string, string>;
}

/** An instance that completed or was cancelled. */
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

/** A stored value of the session (0.4). */
export interface SessionVariable {
  readonly value: JsonValue;
  readonly scope: VariableScope;
}

/** A start that was refused for now (2.14). */
export interface PendingStart {
  readonly scenarioId: string;
  readonly score: number;
  readonly reason: RejectionReason;
  /** MESSAGE turns on which it will still be tried. */
  readonly turnsLeft: number;
}

/** How often a scenario started and completed in the session. */
export interface ScenarioCounter {
  readonly starts: number;
  readonly completions: number;
}

/** A contribution of the last plan that was made and is not NONE (0.3). */
export interface OpenContribution {
  readonly instanceId: string;
  readonly type: ContributionType;
}

/** One conversation of one customer with one agent of one tenant. */
export interface Session extends SessionKey {
  readonly agentId: string;
  /** Turns applied; 0 before the first, imported or not. */
  readonly revision: number;
  /** MESSAGE turns applied. */
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
  /** Offered as a CHOICE on the last MESSAGE turn; sorted (1.5). */
  readonly offeredChoiceScenarioIds: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastTurnId: string;
  readonly lastStartNumber: number;
  /** Tells the record of the older format that it was imported from (section 8); "" where it was not imported. */
  readonly importedFrom: string;
}

/** A session before its first turn. */
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

/** A visit that has just opened. */
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
