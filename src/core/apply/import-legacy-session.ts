import { compareText } from '../model/compare-text';
import { getRunningStatus, hasRunningScenario, type LegacySession } from '../model/legacy-session';
import { buildActionKey, type InstanceRequest, type RequestKind, type WaitsFor } from '../model/request';
import {
  createEmptySession,
  createInstance,
  type ScenarioCounter,
  type ScenarioInstance,
  type Session,
  type SessionKey,
  type SessionVariable,
} from '../model/session';
import { sortNames } from '../model/sorting';
import { createVisit, type IrreversibleStep, type PathEntry, type RouteEntry, type StepVisit } from '../model/visit';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** The inputs of an import, except the record. */
export interface LegacyImportInput {
  readonly owner: SessionKey & { readonly agentId: string };
  /**
   * The scenario of the record, in the version that it ran on, or in the latest version if that version no longer exists. Undefined if the
   * catalogue does not contain the scenario; the session then has no instance.
   */
  readonly scenario: CompiledScenario | undefined;
  readonly instanceId: string;
  /** Milliseconds since 1970. Used if the record does not contain the time of the last activity. */
  readonly now: number;
  /** Hash that identifies the record. */
  readonly fingerprint: string;
  /** Maximum number of path entries. */
  readonly pathEntries: number;
}

/**
 * Converts a legacy record to a session at revision 0 (section 8). The session has one instance, or none if the scenario has ended. After a
 * PAUSE, the instance is paused with USER_REQUEST. Rules 2.1 and 2.2 check on the next turn whether the version and the step still exist.
 */
export function importLegacySession(record: LegacySession, input: LegacyImportInput): Session {
  const { scenario } = input;
  const lastActiveAt = record.lastActiveAt ?? input.now;
  const status = getRunningStatus(record);
  const instances = scenario && status ? [createImportedInstance(record, status, scenario, lastActiveAt, input)] : [];
  return {
    ...createEmptySession(input.owner),
    turnCount: record.turnCount,
    instances,
    variables: convertVariables(record, scenario),
    scenarioCounters: createCounters(record, scenario),
    updatedAt: lastActiveAt,
    lastStartNumber: instances.length,
    importedFrom: input.fingerprint,
  };
}

function createImportedInstance(
  record: LegacySession,
  status: ScenarioInstance['status'],
  scenario: CompiledScenario,
  lastActiveAt: number,
  { instanceId, pathEntries }: LegacyImportInput,
): ScenarioInstance {
  const currentStepId = record.currentStepId || scenario.entryStep.stepId;
  const step = scenario.steps.get(currentStepId);
  const traversedSteps = findTraversedSteps(record, scenario, currentStepId);
  const key = {
    instanceId,
    scenarioId: record.activeScenarioId,
    scenarioVersion: record.activeScenarioVersion || scenario.version,
    startNumber: 1,
    currentStepId,
  };
  const visit = createVisit(traversedSteps.length + 1, 0, lastActiveAt);
  const requests = step ? openRequests(step, visit, key, record, lastActiveAt) : [];
  const isPaused = status === 'PAUSED';
  return {
    ...createInstance(key, 0, lastActiveAt),
    status,
    pausedAt: isPaused ? lastActiveAt : undefined,
    pauseReason: isPaused ? 'USER_REQUEST' : undefined,
    pausedAtTurnCount: isPaused ? record.turnCount : 0,
    visit,
    requests,
    route: traversedSteps.map((traversed, index) => createRouteEntry(traversed, index + 1, scenario, record)),
    path: traversedSteps.map(createPathEntry).slice(-pathEntries),
    irreversibleDone: findPassedSteps(traversedSteps),
    stepsBeforeCheckpoint: findStepsBeforeCheckpoint(traversedSteps),
    leftSteps: sortIds(traversedSteps),
    // Legacy counts include every message. Used as loop counts, they would pause instances that do not loop.
    loopCounts: step?.countsLoops ? new Map([[currentStepId, 1]]) : new Map(),
    lastVisitNumber: visit.number,
    lastPathSequence: traversedSteps.length,
    waitsFor: requests[0] ? waitsForKind[requests[0].kind] : 'NOTHING',
  };
}

/**
 * Opens the request that the legacy service was waiting for, so that the first turn can answer it: the ASK for the missing fields of the current
 * step, else its ACTION. A CONFIRM is put again instead, because the record does not contain the values that it showed.
 */
function openRequests(
  step: CompiledStep,
  { number: visitNumber }: StepVisit,
  { instanceId }: Pick<ScenarioInstance, 'instanceId'>,
  { variables }: LegacySession,
  at: number,
): readonly InstanceRequest[] {
  const missingFields = step.collectedFields.filter((field) => (variables.get(field) ?? null) === null);
  const isAsking = missingFields.length > 0;
  if (!isAsking && (!step.hasActStage || step.hasConfirmStage)) return [];
  const putting = { revision: 0, at, position: 0 };
  return [
    {
      kind: isAsking ? 'ASK' : 'ACTION',
      actionKey: isAsking ? '' : buildActionKey(instanceId, step.stepId, visitNumber, 1),
      stepId: step.stepId,
      visitNumber,
      fields: sortNames(missingFields),
      values: new Map(),
      tools: isAsking ? [] : step.tools.map(({ toolId }) => ({ toolId })),
      status: 'OPEN',
      hasAnswer: false,
      outcome: undefined,
      firstPut: putting,
      lastPut: putting,
      previousPut: undefined,
      putCount: 1,
      attempts: 0,
      reminders: 0,
    },
  ];
}

const waitsForKind: Readonly<Record<RequestKind, WaitsFor>> = { ASK: 'ANSWER', CONFIRM: 'ANSWER', ACTION: 'ACTION' };

/**
 * Finds the visited steps except the current one, in the order of the definition, because the record does not contain the order of the
 * visits.
 */
function findTraversedSteps(
  { visitedSteps }: LegacySession,
  { steps }: CompiledScenario,
  current: string,
): CompiledStep[] {
  return [...steps.values()].filter(({ stepId }) => stepId !== current && (visitedSteps.get(stepId) ?? 0) > 0);
}

/** Treats the fields of a visited step as asked for: the customer either answered or provided the values without being asked. */
function createPathEntry({ stepId, collectedFields }: CompiledStep, index: number): PathEntry {
  const sequence = index + 1;
  return {
    sequence,
    stepId,
    visitNumber: sequence,
    transitionId: '',
    asked: collectedFields.length > 0,
    leftRevision: 0,
  };
}

function createRouteEntry(
  { stepId, collectedFields, hasConfirmStage, isReadAction }: CompiledStep,
  visitNumber: number,
  { askableFields }: CompiledScenario,
  { variables }: LegacySession,
): RouteEntry {
  const asked = collectedFields.length > 0;
  return {
    stepId,
    visitNumber,
    transitionId: '',
    asked,
    canGoBackTo: asked || hasConfirmStage,
    declined: false,
    readFields: isReadAction
      ? [...askableFields].filter((field) => (variables.get(field) ?? null) !== null).sort()
      : [],
    confirmedFields: [],
  };
}

/**
 * Finds the checkpoints and required actions that the instance has left. They count as passed, because rejecting a correction is safer than
 * repeating an action (3.7).
 */
function findPassedSteps(traversedSteps: readonly CompiledStep[]): readonly IrreversibleStep[] {
  return traversedSteps.flatMap(({ stepId, actionDescription: description, countsAsCheckpoint }, index) =>
    countsAsCheckpoint ? [{ stepId, description, visitNumber: index + 1, revision: 0, passed: true }] : [],
  );
}

/** Finds the steps up to and including the last passed checkpoint (3.7). */
function findStepsBeforeCheckpoint(traversedSteps: readonly CompiledStep[]): readonly string[] {
  const checkpoint = traversedSteps.findLastIndex(({ countsAsCheckpoint }) => countsAsCheckpoint);
  return sortIds(traversedSteps.slice(0, checkpoint + 1));
}

function sortIds(steps: readonly CompiledStep[]): readonly string[] {
  return steps.map(({ stepId }) => stepId).sort(compareText);
}

/**
 * Converts the variables as if they were a patch. Fields that the scenario collects are CASE fields and are dropped if the scenario has
 * ended (0.4).
 */
function convertVariables(
  record: LegacySession,
  scenario: CompiledScenario | undefined,
): ReadonlyMap<string, SessionVariable> {
  const variables = new Map<string, SessionVariable>();
  const hasEnded = !hasRunningScenario(record);
  for (const [name, value] of record.variables) {
    const isCaseField = scenario?.collectedFields.has(name) ?? false;
    const isDropped = isCaseField && hasEnded && !scenario?.definition.persistedFields.includes(name);
    if (value !== null && !isDropped) {
      variables.set(name, { value, scope: isCaseField ? 'CASE' : 'SESSION', isPersistedResult: false });
    }
  }
  return variables;
}

/** Counts one start, and one completion if the scenario completed, so that scenarios that depend on it can start (1.1). */
function createCounters(
  { lastAction }: LegacySession,
  scenario: CompiledScenario | undefined,
): ReadonlyMap<string, ScenarioCounter> {
  if (!scenario) return new Map();
  const hasCompleted = lastAction === 'COMPLETE';
  const counter: ScenarioCounter = {
    starts: 1,
    completions: hasCompleted ? 1 : 0,
    // The legacy service has no other ending.
    lastEnding: hasCompleted ? 'SUCCEEDED' : undefined,
    lastValues: new Map(),
  };
  return new Map([[scenario.scenarioId, counter]]);
}
