import type { SelectionContext } from '../context/selection-context';
import type { Contribution } from '../contribution';
import type { PathEntry, ScenarioInstance, StepVisit } from '../session';
import type { Walk } from '../transitions/walk';

/** An instance after its walk and its contribution: path, visit, counts and what is open (0.7, step 14). */
export function movedInstance(
  walked: Walk,
  contribution: Contribution | undefined,
  lastActiveAt: number,
  context: SelectionContext,
): ScenarioInstance {
  const { instance } = walked.subject;
  const arrived = walked.moved
    ? arrivedInstance(instance, walked, context)
    : { ...instance, visit: walked.standing.visit };
  return {
    ...arrived,
    status: 'ACTIVE',
    lastActiveAt,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    displacedByInstanceIds: [],
    visit: contribution ? withContribution(arrived.visit, contribution) : arrived.visit,
    globalTransitionGuards: walked.globalGuards,
  };
}

function arrivedInstance(
  instance: ScenarioInstance,
  walked: Walk,
  { revision, settings }: SelectionContext,
): ScenarioInstance {
  const { standing, left } = walked;
  const path = [...instance.path];
  let sequence = instance.lastPathSequence;
  for (const step of left) {
    sequence += 1;
    path.push(pathEntry(step, sequence, instance.visit.number, revision));
  }
  const trimmed = path.splice(0, Math.max(0, path.length - settings.pathEntries)).map((entry) => entry.stepId);
  const entered = new Set([
    ...left.filter(({ passedOver }) => passedOver).map(({ stepId }) => stepId),
    standing.step.stepId,
  ]);
  const { stepId, countsLoops } = standing.step;
  return {
    ...instance,
    currentStepId: stepId,
    visit: standing.visit,
    path,
    lastPathSequence: sequence,
    lastVisitNumber: standing.visit.number,
    loopCounts: countsLoops
      ? new Map(instance.loopCounts).set(stepId, (instance.loopCounts.get(stepId) ?? 0) + 1)
      : instance.loopCounts,
    stepsBeforeCheckpoint: instance.stepsBeforeCheckpoint.filter((barred) => !entered.has(barred)),
    stepsTrimmedFromPath: union(instance.stepsTrimmedFromPath, trimmed),
    relocalizationCount: instance.relocalizationCount + (walked.relocalizedFrom === '' ? 0 : 1),
  };
}

function pathEntry(
  { stepId, passedOver, transition, asked }: Walk['left'][number],
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
    return { ...visit, askedFields: union(visit.askedFields, sharedFields), openType: undefined, openAskFields: [] };
  }
  const fields = type === 'ASK' ? [...contribution.fieldsToAsk, ...sharedFields] : sharedFields;
  if (type === 'NONE' && fields.length === 0) return { ...visit, openType: undefined, openAskFields: [] };
  const made = type === 'NONE' ? 'ASK' : type;
  return {
    ...visit,
    contributedTypes: union(visit.contributedTypes, [made]),
    askedFields: union(visit.askedFields, fields),
    openType: made === 'INFORM' ? undefined : made,
    openAskFields: made === 'ASK' ? [...fields].sort() : [],
    shownValues: type === 'CONFIRM' ? contribution.valuesToConfirm : visit.shownValues,
  };
}

function union<T extends string>(known: readonly T[], more: readonly T[]): readonly T[] {
  if (more.every((value) => known.includes(value))) return known;
  return [...new Set([...known, ...more])].sort();
}
