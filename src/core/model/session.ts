import type { ChoiceReason } from './contribution';
import type { FieldValues, JsonValue } from './json';
import type { LifecycleReason, PauseReason, RejectionReason } from './lifecycle-decision';
import type { InstanceRequest, Putting, WaitsFor } from './request';
import type { Ending } from './scenario';
import type { ResumePolicy } from './settings';
import type { VariableScope } from './turn';
import { createVisit, type IrreversibleStep, type PathEntry, type RouteEntry, type StepVisit } from './visit';

/** Identifies a session across all tenants. */
export interface SessionKey {
  readonly tenantId: string;
  readonly sessionId: string;
}

/** A call that a step waits for (section 11). */
export interface InstanceCall {
  readonly scenarioId: string;
  /** The called instance; "" while the call is pending. */
  readonly instanceId: string;
  /** The call started the instance: it is paused, resumed and canceled with the caller. */
  readonly hasStarted: boolean;
  /** Remaining MESSAGE turns on which a pending call is tried again; 0 if it is not pending. */
  readonly pendingTurnsLeft: number;
}

/** Why an optional field needs no further question without being known (3.1). */
export type SettledWithout = 'DECLINED' | 'LEFT_OUT';

/** The lead-ins that the last plan contained for an instance. They are restored if they did not reach the customer (section 12). */
export interface LastPlan {
  readonly revision: number;
  readonly leadInTemplateIds: readonly string[];
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
  /** Updated on start, resume and step change, and when a turn addresses the instance (section 5). */
  readonly lastActiveAt: number;
  /** When the instance started or last resumed (2.7). */
  readonly activeSince: number;
  readonly pausedAt: number | undefined;
  readonly pauseReason: PauseReason | undefined;
  /** Turn count of the session when the instance was paused; 0 while it is active. */
  readonly pausedAtTurnCount: number;
  /** USER_REQUEST only: the policy under which the instance was paused (2.11). */
  readonly resumePolicy?: ResumePolicy | undefined;
  /** A plan has offered to end this pause (2.11). */
  readonly isResumeOffered: boolean;
  /** PREEMPTED only: the instances that displaced it. */
  readonly displacedByInstanceIds: readonly string[];
  readonly currentStepId: string;
  readonly visit: StepVisit;
  /** In the order in which they were first put. Open requests, and the latest closed ones (0.8). */
  readonly requests: readonly InstanceRequest[];
  /** From the entry step to the step before the current one (0.9). */
  readonly route: readonly RouteEntry[];
  /** Oldest first, bounded. */
  readonly path: readonly PathEntry[];
  /** Oldest first, never trimmed. */
  readonly irreversibleDone: readonly IrreversibleStep[];
  /** Steps before a passed checkpoint that have not been reached since; sorted (3.7). */
  readonly stepsBeforeCheckpoint: readonly string[];
  /** Steps that were left or passed over and have not been reached since; sorted. The next checkpoint makes them steps before it (3.7). */
  readonly leftSteps: readonly string[];
  readonly loopCounts: ReadonlyMap<string, number>;
  /** Attempts since the instance entered its step, or since they were set to 0 (0.8, 3.6). */
  readonly attempts: number;
  readonly attemptsTotal: number;
  readonly lastVisitNumber: number;
  readonly lastPathSequence: number;
  /** Outcome results, local fields, returned values and values kept by an action; null means "no longer known". */
  readonly variables: FieldValues;
  /** When the variables were stored: the time of the turn. Sessions of releases up to 0.2 have none. */
  readonly variableTimes: ReadonlyMap<string, number>;
  /** Optional fields that need no further question although they are not known (3.1). */
  readonly settledFields: ReadonlyMap<string, SettledWithout>;
  /** Values that the instance still sees while its WRITE action is under way, although they have changed (3.9). */
  readonly heldValues: FieldValues;
  /** Fields that changed while the instance did not walk, with their earlier value; null if they had none (3.9). */
  readonly pendingCorrections: ReadonlyMap<string, JsonValue>;
  readonly relocalizationCount: number;
  /** Maps a transition id to the canonical JSON of the values that the transition read when it was taken (3.2). */
  readonly globalTransitionGuards: ReadonlyMap<string, string>;
  /** The call of the current visit; undefined if none is open. */
  readonly call?: InstanceCall | undefined;
  /** Templates that wait for the next contribution (3.1, section 12). */
  readonly leadInTemplateIds: readonly string[];
  readonly lastPlan?: LastPlan | undefined;
  /** The scenario that its deferred contribution, or its deferred fields, wait for; "" if nothing is deferred (4.2). */
  readonly deferredBehindScenarioId: string;
  readonly waitsFor: WaitsFor;
}

/** An instance that completed or was canceled. */
export interface EndedInstance {
  readonly instanceId: string;
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  readonly status: 'COMPLETED' | 'CANCELLED';
  readonly reason: LifecycleReason;
  /** COMPLETED only. */
  readonly ending?: Ending | undefined;
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
  /** A tool result that an ended instance left under `persisted_fields` (0.4). */
  readonly isPersistedResult: boolean;
}

/** A rejected start that is tried again on later turns (2.14). */
export interface PendingStart {
  readonly scenarioId: string;
  readonly score: number;
  readonly reason: RejectionReason;
  /** Remaining MESSAGE turns on which it is tried again. */
  readonly turnsLeft: number;
  /** Values of its local fields (0.4). */
  readonly localValues: FieldValues;
}

/** How often a scenario started and completed in a session, and how its last completed run ended. */
export interface ScenarioCounter {
  readonly starts: number;
  readonly completions: number;
  /** Undefined if no run has completed. */
  readonly lastEnding?: Ending | undefined;
  /** Values of the last run that SUCCEEDED, for calls that reuse it (section 11). */
  readonly lastValues: FieldValues;
}

/** A question to the customer which scenarios to start or resume (1.5, 2.11, 2.12). */
export interface ScenarioChoiceRequest {
  readonly reason: ChoiceReason;
  /** In start order. */
  readonly scenarioIds: readonly string[];
  /** Scores by position in `scenarioIds`. */
  readonly scores: readonly number[];
  /** WAITING: another choice comes first. CLOSED: it is not put again while the same scenarios stay ambiguous (1.5). */
  readonly status: 'OPEN' | 'WAITING' | 'CLOSED';
  /** Undefined while it is WAITING. */
  readonly firstPut?: Putting | undefined;
  readonly lastPut?: Putting | undefined;
  readonly previousPut?: Putting | undefined;
  readonly putCount: number;
  readonly attempts: number;
  /** Values of local fields that its scenarios received, by scenario id (0.4). */
  readonly localValues: ReadonlyMap<string, FieldValues>;
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
  /** Fields that the customer declined to give; sorted (0.4). */
  readonly declinedFields: readonly string[];
  readonly pendingStarts: readonly PendingStart[];
  readonly scenarioCounters: ReadonlyMap<string, ScenarioCounter>;
  /** At most one is OPEN. In the order in which they are put. */
  readonly choices: readonly ScenarioChoiceRequest[];
  /** Revision of the last MESSAGE turn, with which the current exchange begins; 0 before it (0.3). */
  readonly exchangeRevision: number;
  /** Time of the last MESSAGE turn; 0 before it. */
  readonly lastMessageAt: number;
  /** Owner of the first contribution that was made in the latest turn of the exchange with one; "" if there is none (0.3). */
  readonly lastContributorId: string;
  /** The earliest time at which a TIMER turn would decide something; undefined if none would (section 14). */
  readonly nextTimerAt?: number | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastTurnId: string;
  readonly lastStartNumber: number;
  /** Identifies the legacy record that the session was imported from (section 8); "" if it was not imported. */
  readonly importedFrom: string;
  /** The first customer id of its turns; "" if none had one. */
  readonly customerId: string;
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
    declinedFields: [],
    pendingStarts: [],
    scenarioCounters: new Map(),
    choices: [],
    exchangeRevision: 0,
    lastMessageAt: 0,
    lastContributorId: '',
    createdAt: 0,
    updatedAt: 0,
    lastTurnId: '',
    lastStartNumber: 0,
    importedFrom: '',
    customerId: '',
  };
}

const noValues: FieldValues = new Map();

/** Creates an instance at its entry step, before its first walk and without a visit. */
export function createInstance(
  key: Pick<ScenarioInstance, 'instanceId' | 'scenarioId' | 'scenarioVersion' | 'startNumber' | 'currentStepId'>,
  revision: number,
  now: number,
): ScenarioInstance {
  return {
    instanceId: key.instanceId,
    scenarioId: key.scenarioId,
    scenarioVersion: key.scenarioVersion,
    status: 'ACTIVE',
    startNumber: key.startNumber,
    startedAt: now,
    lastActiveAt: now,
    activeSince: now,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    resumePolicy: undefined,
    isResumeOffered: false,
    displacedByInstanceIds: [],
    currentStepId: key.currentStepId,
    visit: createVisit(0, revision, now),
    requests: [],
    route: [],
    path: [],
    irreversibleDone: [],
    stepsBeforeCheckpoint: [],
    leftSteps: [],
    loopCounts: new Map(),
    attempts: 0,
    attemptsTotal: 0,
    lastVisitNumber: 0,
    lastPathSequence: 0,
    variables: noValues,
    variableTimes: new Map(),
    settledFields: new Map(),
    heldValues: noValues,
    pendingCorrections: new Map(),
    relocalizationCount: 0,
    globalTransitionGuards: new Map(),
    call: undefined,
    leadInTemplateIds: [],
    lastPlan: undefined,
    deferredBehindScenarioId: '',
    waitsFor: 'NOTHING',
  };
}

/**
 * Identifies the import that created a session without turns (section 8). A session that was deleted and imported again with another
 * content has another id, also if its revision is the same. The id is stored and must not change between releases.
 */
export function getImportId({ agentId, importedFrom, instances }: Session): string {
  const started = instances.map(({ instanceId, scenarioVersion }) => `${instanceId}:${scenarioVersion}`);
  return [agentId, importedFrom, ...started].join('/');
}
