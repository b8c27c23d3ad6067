import type { SelectionContext } from '../context/selection-context';
import type { JsonValue } from '../model/json';
import type { ScenarioInstance } from '../model/session';
import type { PathEntry } from '../model/visit';
import type { TraversedStep, Walk } from '../steps/walk-state';
import type { PutState } from './put-requests';

/** Updates an instance with its walk and what the plan puts for it: step, visit, route, path, requests, counts and own variables (0.7, step 15). */
export function applyWalk(
  walk: Walk,
  put: PutState,
  { lastActiveAt, call }: Pick<ScenarioInstance, 'lastActiveAt' | 'call'>,
  context: SelectionContext,
): ScenarioInstance {
  const { position, hasMoved } = walk;
  const { instance } = walk.input;
  const { variables, variableTimes } = updateVariables(walk, context);
  const { path, lastPathSequence } = extendPath(instance, walk, context);
  // A literal is faster than a spread here (ADR 0007).
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status: 'ACTIVE',
    startNumber: instance.startNumber,
    startedAt: instance.startedAt,
    lastActiveAt,
    activeSince: instance.activeSince,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    resumePolicy: undefined,
    isResumeOffered: false,
    displacedByInstanceIds: noIds,
    currentStepId: hasMoved ? position.step.stepId : instance.currentStepId,
    visit: put.visit,
    requests: put.requests,
    route: walk.route,
    path,
    irreversibleDone: instance.irreversibleDone,
    stepsBeforeCheckpoint: walk.stepsBeforeCheckpoint,
    leftSteps: walk.leftSteps,
    loopCounts: countLoop(walk),
    attempts: walk.attempts,
    attemptsTotal: walk.attemptsTotal,
    lastVisitNumber: position.isNewVisit ? position.visit.number : instance.lastVisitNumber,
    lastPathSequence,
    variables,
    variableTimes,
    settledFields: walk.settledFields,
    heldValues: instance.heldValues,
    pendingCorrections: noCorrections,
    relocalizationCount: instance.relocalizationCount + (walk.relocalizedFrom === '' ? 0 : 1),
    globalTransitionGuards: walk.globalGuards,
    call,
    leadInTemplateIds: put.leadInTemplateIds,
    lastPlan: put.lastPlan,
    deferredBehindScenarioId: put.deferredBehindScenarioId,
    waitsFor: put.waitsFor,
  };
}

const noIds: readonly string[] = [];
const noCorrections: ScenarioInstance['pendingCorrections'] = new Map();

/** Forgets the results of the tools of a new visit, and keeps what a call returned (0.4, section 11). */
function updateVariables(
  { input, forgottenFields, returnedValues }: Walk,
  { storedData, turn }: SelectionContext,
): Pick<ScenarioInstance, 'variables' | 'variableTimes'> {
  const { instance } = input;
  if (forgottenFields.length === 0 && returnedValues.size === 0) return instance;
  const variables = new Map<string, JsonValue>(instance.variables);
  const variableTimes = new Map(instance.variableTimes);
  for (const name of forgottenFields) {
    variables.delete(name);
    variableTimes.delete(name);
    // A null hides the result that an ended instance left in the session.
    if (storedData.sessionVariables.get(name)?.isPersistedResult) variables.set(name, null);
  }
  for (const [name, value] of returnedValues) {
    variables.set(name, value);
    variableTimes.set(name, turn.occurredAt);
  }
  return { variables, variableTimes };
}

/** Appends the traversed steps to the path. Entries above the limit are trimmed, oldest first. */
function extendPath(
  instance: ScenarioInstance,
  { traversedSteps }: Walk,
  { revision, settings }: SelectionContext,
): Pick<ScenarioInstance, 'path' | 'lastPathSequence'> {
  if (traversedSteps.length === 0) return instance;
  const path = [...instance.path];
  let { lastPathSequence } = instance;
  for (const step of traversedSteps) {
    lastPathSequence += 1;
    path.push(toPathEntry(step, lastPathSequence, revision));
  }
  if (path.length > settings.pathEntries) path.splice(0, path.length - settings.pathEntries);
  return { path, lastPathSequence };
}

function toPathEntry({ entry }: TraversedStep, sequence: number, leftRevision: number): PathEntry {
  const { stepId, visitNumber, transitionId, asked } = entry;
  return { sequence, stepId, visitNumber, transitionId, asked, leftRevision };
}

/** A new visit counts, and so does an action that is put again for its missing variable (3.3, 3.6). */
function countLoop({ input, position, countsFailure }: Walk): ReadonlyMap<string, number> {
  const { loopCounts } = input.instance;
  const { stepId, countsLoops } = position.step;
  const count = (position.isNewVisit && countsLoops ? 1 : 0) + (countsFailure ? 1 : 0);
  return count === 0 ? loopCounts : new Map(loopCounts).set(stepId, (loopCounts.get(stepId) ?? 0) + count);
}
