import { compareText } from '../model/compare-text';
import { getRunningStatus, hasRunningScenario, type LegacySession } from '../model/legacy-session';
import {
  createEmptySession,
  createVisit,
  type IrreversibleStep,
  type PathEntry,
  type ScenarioCounter,
  type ScenarioInstance,
  type Session,
  type SessionKey,
  type SessionVariable,
} from '../model/session';
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
  const instances = scenario && status ? [createInstance(record, status, scenario, lastActiveAt, input)] : [];
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

function createInstance(
  record: LegacySession,
  status: ScenarioInstance['status'],
  scenario: CompiledScenario,
  lastActiveAt: number,
  { instanceId, pathEntries }: LegacyImportInput,
): ScenarioInstance {
  const currentStepId = record.currentStepId || scenario.entryStep.stepId;
  const traversedSteps = findTraversedSteps(record, scenario, currentStepId);
  const path = traversedSteps.map(createPathEntry);
  const visitNumber = traversedSteps.length + 1;
  const isPaused = status === 'PAUSED';
  return {
    instanceId,
    scenarioId: record.activeScenarioId,
    scenarioVersion: record.activeScenarioVersion || scenario.version,
    status,
    startNumber: 1,
    startedAt: lastActiveAt,
    lastActiveAt,
    pausedAt: isPaused ? lastActiveAt : undefined,
    pauseReason: isPaused ? 'USER_REQUEST' : undefined,
    pausedAtTurnCount: isPaused ? record.turnCount : 0,
    displacedByInstanceIds: [],
    currentStepId,
    // The record does not list the fields that were asked for, so the step asks for them again.
    visit: createVisit(visitNumber, 0),
    path: path.slice(-pathEntries),
    irreversibleDone: findPassedSteps(traversedSteps, path),
    stepsBeforeCheckpoint: findStepsBeforeCheckpoint(traversedSteps),
    stepsTrimmedFromPath: sortIds(traversedSteps.slice(0, -pathEntries)),
    // Legacy counts include every message. Used as loop counts, they would pause instances that do not loop.
    loopCounts: scenario.steps.get(currentStepId)?.countsLoops ? new Map([[currentStepId, 1]]) : new Map(),
    lastVisitNumber: visitNumber,
    lastPathSequence: path.length,
    variables: new Map(),
    variableTimes: new Map(),
    relocalizationCount: 0,
    globalTransitionGuards: new Map(),
  };
}

/**
 * Finds the visited steps except the current one, in the order of the definition, because the record does not contain the order of the
 * visits.
 */
function findTraversedSteps(
  { visitedSteps }: LegacySession,
  { steps }: CompiledScenario,
  current: string,
): CompiledStep[] {
  return [...steps.values()]
    .filter(({ stepId }) => stepId !== current && (visitedSteps.get(stepId) ?? 0) > 0)
    .sort((a, b) => a.index - b.index);
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

/**
 * Finds the checkpoints and required actions that the instance has left. They count as passed, because rejecting a correction is safer than
 * repeating an action (3.7).
 */
function findPassedSteps(traversedSteps: readonly CompiledStep[], path: readonly PathEntry[]): IrreversibleStep[] {
  return traversedSteps.flatMap((step, index) => {
    const entry = path[index];
    if (!entry || !isIrreversible(step)) return [];
    const { stepId, actionDescription: description } = step;
    const { visitNumber, sequence } = entry;
    return [{ stepId, description, visitNumber, revision: 0, pathSequence: sequence - 1, passed: true }];
  });
}

function findStepsBeforeCheckpoint(traversedSteps: readonly CompiledStep[]): readonly string[] {
  const checkpoint = traversedSteps.findLastIndex(isIrreversible);
  return sortIds(traversedSteps.slice(0, Math.max(0, checkpoint)));
}

function sortIds(steps: readonly CompiledStep[]): readonly string[] {
  return steps.map(({ stepId }) => stepId).sort(compareText);
}

function isIrreversible({ isCheckpoint, isRequiredAction }: CompiledStep): boolean {
  return isCheckpoint || isRequiredAction;
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
    if (value !== null && !isDropped) variables.set(name, { value, scope: isCaseField ? 'CASE' : 'SESSION' });
  }
  return variables;
}

/** Counts one start, and one completion if the scenario completed, so that scenarios that depend on it can start (1.1). */
function createCounters(
  { lastAction }: LegacySession,
  scenario: CompiledScenario | undefined,
): ReadonlyMap<string, ScenarioCounter> {
  if (!scenario) return new Map();
  return new Map([[scenario.scenarioId, { starts: 1, completions: lastAction === 'COMPLETE' ? 1 : 0 }]]);
}
