import type { SelectionContext } from '../context/selection-context';
import type { Contribution } from '../model/contribution';
import type { PathEntry, ScenarioInstance, StepVisit } from '../model/session';
import { mergeNames, sortNames } from '../model/sorting';
import type { TraversedStep, Walk } from '../steps/walk';

/** Updates an instance with its walk and contribution: path, visit, counts and open contribution (0.7, step 14). */
export function applyWalk(
  walk: Walk,
  contribution: Contribution | undefined,
  lastActiveAt: number,
  context: SelectionContext,
): ScenarioInstance {
  const { position, hasMoved } = walk;
  const { instance } = walk.input;
  const { path, stepsTrimmedFromPath, lastPathSequence } = extendPath(instance, walk, context);
  // A literal is faster than a spread here (ADR 0007).
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status: 'ACTIVE',
    startNumber: instance.startNumber,
    startedAt: instance.startedAt,
    lastActiveAt,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    displacedByInstanceIds: [],
    currentStepId: hasMoved ? position.step.stepId : instance.currentStepId,
    visit: contribution ? recordContribution(position.visit, contribution) : position.visit,
    path,
    irreversibleDone: instance.irreversibleDone,
    stepsBeforeCheckpoint: removeEnteredSteps(instance.stepsBeforeCheckpoint, walk),
    stepsTrimmedFromPath,
    loopCounts: countLoop(instance, walk),
    lastVisitNumber: hasMoved ? position.visit.number : instance.lastVisitNumber,
    lastPathSequence,
    variables: instance.variables,
    variableTimes: instance.variableTimes,
    relocalizationCount: instance.relocalizationCount + (hasMoved && walk.relocalizedFrom !== '' ? 1 : 0),
    globalTransitionGuards: walk.globalGuards,
  };
}

/** Appends the traversed steps to the path. Entries above the limit are trimmed, oldest first; only their step ids are kept. */
function extendPath(
  instance: ScenarioInstance,
  { hasMoved, traversedSteps }: Walk,
  { revision, settings }: SelectionContext,
): Pick<ScenarioInstance, 'path' | 'stepsTrimmedFromPath' | 'lastPathSequence'> {
  if (!hasMoved || traversedSteps.length === 0) return instance;
  const path = [...instance.path];
  let lastPathSequence = instance.lastPathSequence;
  for (const step of traversedSteps) {
    lastPathSequence += 1;
    path.push(toPathEntry(step, lastPathSequence, instance.visit.number, revision));
  }
  if (path.length <= settings.pathEntries) {
    return { path, stepsTrimmedFromPath: instance.stepsTrimmedFromPath, lastPathSequence };
  }
  const trimmedIds = path.splice(0, path.length - settings.pathEntries).map(({ stepId }) => stepId);
  return { path, stepsTrimmedFromPath: mergeNames(instance.stepsTrimmedFromPath, trimmedIds), lastPathSequence };
}

function toPathEntry(
  { stepId, isIntermediate, transition, hasAsked }: TraversedStep,
  sequence: number,
  visitNumber: number,
  leftRevision: number,
): PathEntry {
  return {
    sequence,
    stepId,
    visitNumber: isIntermediate ? 0 : visitNumber,
    transitionId: transition?.id ?? '',
    asked: hasAsked,
    leftRevision,
  };
}

/** Removes the steps that were entered again, which no longer count as steps before the checkpoint (3.7). */
function removeEnteredSteps(
  stepsBeforeCheckpoint: readonly string[],
  { hasMoved, traversedSteps, position }: Walk,
): readonly string[] {
  if (!hasMoved || stepsBeforeCheckpoint.length === 0) return stepsBeforeCheckpoint;
  const enteredIds = new Set(traversedSteps.filter(({ isIntermediate }) => isIntermediate).map(({ stepId }) => stepId));
  enteredIds.add(position.step.stepId);
  return stepsBeforeCheckpoint.filter((stepId) => !enteredIds.has(stepId));
}

function countLoop({ loopCounts }: ScenarioInstance, { hasMoved, position }: Walk): ReadonlyMap<string, number> {
  const { stepId, countsLoops } = position.step;
  return hasMoved && countsLoops ? new Map(loopCounts).set(stepId, (loopCounts.get(stepId) ?? 0) + 1) : loopCounts;
}

/**
 * Records a contribution on the visit. A deferred contribution is not open, but its shared fields count as asked (4.2).
 */
function recordContribution(visit: StepVisit, contribution: Contribution): StepVisit {
  const { type, sharedFields } = contribution;
  if (contribution.deferred) {
    return {
      ...visit,
      askedFields: mergeNames(visit.askedFields, sharedFields),
      openType: undefined,
      openAskFields: [],
    };
  }
  const fields =
    type === 'ASK' ? mergeNames(sortNames(contribution.fieldsToAsk), sharedFields) : sortNames(sharedFields);
  if (type === 'NONE' && fields.length === 0) return { ...visit, openType: undefined, openAskFields: [] };
  const recordedType = type === 'NONE' ? 'ASK' : type;
  // A literal is faster than a spread here (ADR 0007).
  return {
    number: visit.number,
    enteredRevision: visit.enteredRevision,
    contributedTypes: mergeNames(visit.contributedTypes, [recordedType]),
    askedFields: mergeNames(visit.askedFields, fields),
    openType: recordedType === 'INFORM' ? undefined : recordedType,
    openAskFields: recordedType === 'ASK' ? fields : [],
    shownValues: type === 'CONFIRM' ? contribution.valuesToConfirm : visit.shownValues,
    confirmed: visit.confirmed,
    outcome: visit.outcome,
    acted: visit.acted,
    attempts: visit.attempts,
  };
}
