import type { SelectionContext } from '../context/selection-context';
import type { Contribution } from '../model/contribution';
import type { PathEntry, ScenarioInstance, StepVisit } from '../model/session';
import { mergeNames, sortNames } from '../model/sorting';
import type { Walk } from '../steps/walk';

/** An instance after its walk and its contribution: path, visit, counts and what is open (0.7, step 14). */
export function applyWalk(
  walked: Walk,
  contribution: Contribution | undefined,
  lastActiveAt: number,
  context: SelectionContext,
): ScenarioInstance {
  const { position: standing, globalGuards } = walked;
  const { instance } = walked.input;
  const { path, stepsTrimmedFromPath, lastPathSequence } = pathAfter(instance, walked, context);
  // Spelled out: see withRecorded.
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
    currentStepId: walked.hasMoved ? standing.step.stepId : instance.currentStepId,
    visit: contribution ? withContribution(standing.visit, contribution) : standing.visit,
    path,
    irreversibleDone: instance.irreversibleDone,
    stepsBeforeCheckpoint: stillBarred(instance, walked),
    stepsTrimmedFromPath,
    loopCounts: loopCountsAfter(instance, walked),
    lastVisitNumber: walked.hasMoved ? standing.visit.number : instance.lastVisitNumber,
    lastPathSequence,
    variables: instance.variables,
    relocalizationCount: instance.relocalizationCount + (walked.hasMoved && walked.relocalizedFrom !== '' ? 1 : 0),
    globalTransitionGuards: globalGuards,
  };
}

type PathAfter = Pick<ScenarioInstance, 'path' | 'stepsTrimmedFromPath' | 'lastPathSequence'>;

/** The path with the steps that were left, bounded; what it loses of them is remembered by id. */
function pathAfter(
  instance: ScenarioInstance,
  { hasMoved: moved, traversedSteps: left }: Walk,
  { revision, settings }: SelectionContext,
): PathAfter {
  if (!moved || left.length === 0) return instance;
  const path = [...instance.path];
  let lastPathSequence = instance.lastPathSequence;
  for (const step of left) {
    lastPathSequence += 1;
    path.push(pathEntry(step, lastPathSequence, instance.visit.number, revision));
  }
  if (path.length <= settings.pathEntries) {
    return { path, stepsTrimmedFromPath: instance.stepsTrimmedFromPath, lastPathSequence };
  }
  const trimmed = path.splice(0, path.length - settings.pathEntries).map((entry) => entry.stepId);
  return { path, stepsTrimmedFromPath: mergeNames(instance.stepsTrimmedFromPath, trimmed), lastPathSequence };
}

/** The steps before the last checkpoint but those that the walk has entered. */
function stillBarred(
  { stepsBeforeCheckpoint }: ScenarioInstance,
  { hasMoved: moved, traversedSteps: left, position: standing }: Walk,
): readonly string[] {
  if (!moved || stepsBeforeCheckpoint.length === 0) return stepsBeforeCheckpoint;
  const entered = new Set(left.filter(({ isIntermediate: passedOver }) => passedOver).map(({ stepId }) => stepId));
  entered.add(standing.step.stepId);
  return stepsBeforeCheckpoint.filter((barred) => !entered.has(barred));
}

function loopCountsAfter(
  { loopCounts }: ScenarioInstance,
  { hasMoved: moved, position: standing }: Walk,
): ReadonlyMap<string, number> {
  const { stepId, countsLoops } = standing.step;
  return moved && countsLoops ? new Map(loopCounts).set(stepId, (loopCounts.get(stepId) ?? 0) + 1) : loopCounts;
}

function pathEntry(
  { stepId, isIntermediate: passedOver, transition, wasAsked: asked }: Walk['traversedSteps'][number],
  sequence: number,
  visitNumber: number,
  leftRevision: number,
): PathEntry {
  return {
    sequence,
    stepId,
    visitNumber: passedOver ? 0 : visitNumber,
    transitionId: transition?.id ?? '',
    asked,
    leftRevision,
  };
}

/**
 * What the visit remembers of a contribution; a deferred one was not made, so nothing of the instance is open, but what it shares
 * with another is asked all the same (4.2).
 */
function withContribution(visit: StepVisit, contribution: Contribution): StepVisit {
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
  const made = type === 'NONE' ? 'ASK' : type;
  // Spelled out: see withRecorded.
  return {
    number: visit.number,
    enteredRevision: visit.enteredRevision,
    contributedTypes: mergeNames(visit.contributedTypes, [made]),
    askedFields: mergeNames(visit.askedFields, fields),
    openType: made === 'INFORM' ? undefined : made,
    openAskFields: made === 'ASK' ? fields : [],
    shownValues: type === 'CONFIRM' ? contribution.valuesToConfirm : visit.shownValues,
    confirmed: visit.confirmed,
    outcome: visit.outcome,
    acted: visit.acted,
    attempts: visit.attempts,
  };
}
