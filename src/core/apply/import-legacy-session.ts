import { compareText } from '../model/compare-text';
import { hasRunningScenario, type LegacySession } from '../model/legacy-session';
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

/** What an import needs besides the record. */
export interface LegacyImportInput {
  readonly owner: SessionKey & { readonly agentId: string };
  /**
   * The scenario that the record names: the version that it ran on, the newest where that is gone; undefined where the catalogue
   * does not hold it. Then there is no instance.
   */
  readonly scenario: CompiledScenario | undefined;
  readonly instanceId: string;
  /** Milliseconds since 1970, for a record that does not tell when it was last active. */
  readonly now: number;
  /** Tells the record apart from others. */
  readonly fingerprint: string;
  /** How many steps a path keeps. */
  readonly pathEntries: number;
}

/**
 * The session that a record of the older format becomes (section 8): at revision 0, with one instance, active or, after a PAUSE,
 * paused at the customer's request; none where the scenario had ended. Pure. Whether step and version exist is not looked at:
 * rules 2.1 and 2.2 do that on the next turn.
 */
export function importLegacySession(record: LegacySession, facts: LegacyImportInput): Session {
  const { scenario } = facts;
  const lastActiveAt = record.lastActiveAt ?? facts.now;
  const instances = scenario && hasRunningScenario(record) ? [instanceOf(record, scenario, lastActiveAt, facts)] : [];
  return {
    ...createEmptySession(facts.owner),
    turnCount: record.turnCount,
    instances,
    variables: variablesOf(record, scenario),
    scenarioCounters: countersOf(record, scenario),
    updatedAt: lastActiveAt,
    lastStartNumber: instances.length,
    importedFrom: facts.fingerprint,
  };
}

function instanceOf(
  record: LegacySession,
  scenario: CompiledScenario,
  lastActiveAt: number,
  { instanceId, pathEntries }: LegacyImportInput,
): ScenarioInstance {
  const currentStepId = record.currentStepId || scenario.entryStep.stepId;
  const left = stepsLeft(record, scenario, currentStepId);
  const path = left.map(pathEntry);
  const visitNumber = left.length + 1;
  const paused = record.lastAction === 'PAUSE';
  return {
    instanceId,
    scenarioId: record.activeScenarioId,
    scenarioVersion: record.activeScenarioVersion || scenario.version,
    status: paused ? 'PAUSED' : 'ACTIVE',
    startNumber: 1,
    startedAt: lastActiveAt,
    lastActiveAt,
    pausedAt: paused ? lastActiveAt : undefined,
    pauseReason: paused ? 'USER_REQUEST' : undefined,
    pausedAtTurnCount: paused ? record.turnCount : 0,
    displacedByInstanceIds: [],
    currentStepId,
    // What was asked in it is not known: the question is rather put once more than never.
    visit: createVisit(visitNumber, 0),
    path: path.slice(-pathEntries),
    irreversibleDone: passedSteps(left, path),
    stepsBeforeCheckpoint: barredSteps(left),
    stepsTrimmedFromPath: sortedIds(left.slice(0, -pathEntries)),
    // The older counts grew with every message; as loop counts they would pause what does not loop.
    loopCounts: scenario.steps.get(currentStepId)?.countsLoops ? new Map([[currentStepId, 1]]) : new Map(),
    lastVisitNumber: visitNumber,
    lastPathSequence: path.length,
    variables: new Map(),
    relocalizationCount: 0,
    globalTransitionGuards: new Map(),
  };
}

/** The steps that the instance has been at and is not at, in the scenario's own order, as the record does not tell theirs. */
function stepsLeft({ visitedSteps }: LegacySession, { steps }: CompiledScenario, current: string): CompiledStep[] {
  return [...steps.values()]
    .filter(({ stepId }) => stepId !== current && (visitedSteps.get(stepId) ?? 0) > 0)
    .sort((a, b) => a.index - b.index);
}

/** Who has left a step that collects fields has been asked for them, or had said them unasked. */
function pathEntry({ stepId, collectedFields: collects }: CompiledStep, index: number): PathEntry {
  const place = index + 1;
  return {
    sequence: place,
    stepId,
    visitNumber: place,
    transitionId: '',
    asked: collects.length > 0,
    leftRevision: 0,
  };
}

/** A checkpoint or required action that was left counts as passed: better a correction refused than something done twice (3.7). */
function passedSteps(left: readonly CompiledStep[], path: readonly PathEntry[]): IrreversibleStep[] {
  return left.flatMap((step, index) => {
    const entry = path[index];
    if (!entry || !isIrreversible(step)) return [];
    const { stepId, actionDescription: description } = step;
    const { visitNumber, sequence } = entry;
    return [{ stepId, description, visitNumber, revision: 0, pathSequence: sequence - 1, passed: true }];
  });
}

function barredSteps(left: readonly CompiledStep[]): readonly string[] {
  const checkpoint = left.findLastIndex(isIrreversible);
  return sortedIds(left.slice(0, Math.max(0, checkpoint)));
}

function sortedIds(steps: readonly CompiledStep[]): readonly string[] {
  return steps.map(({ stepId }) => stepId).sort(compareText);
}

function isIrreversible({ isCheckpoint, isRequiredAction }: CompiledStep): boolean {
  return isCheckpoint || isRequiredAction;
}

/**
 * The variables as a patch would have stored them, but that fields which the scenario collects belong to its case, and so have
 * gone with it where it has ended (0.4).
 */
function variablesOf(
  record: LegacySession,
  scenario: CompiledScenario | undefined,
): ReadonlyMap<string, SessionVariable> {
  const variables = new Map<string, SessionVariable>();
  const ended = !hasRunningScenario(record);
  for (const [name, value] of record.variables) {
    const isCase = scenario?.collectedFields.has(name) ?? false;
    const gone = isCase && ended && !scenario?.definition.persistedFields.includes(name);
    if (value !== null && !gone) variables.set(name, { value, scope: isCase ? 'CASE' : 'SESSION' });
  }
  return variables;
}

/** The scenario has started once; where it completed, what depends on it may start (1.1). */
function countersOf(
  { lastAction }: LegacySession,
  scenario: CompiledScenario | undefined,
): ReadonlyMap<string, ScenarioCounter> {
  if (!scenario) return new Map();
  return new Map([[scenario.scenarioId, { starts: 1, completions: lastAction === 'COMPLETE' ? 1 : 0 }]]);
}
