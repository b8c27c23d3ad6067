import type { SelectionContext } from '../context/selection-context';
import { findVisitRequest } from '../context/visit-state';
import { changeVisit } from '../model/changes';
import { isQuestion } from '../model/focus';
import { withoutFields, withValues } from '../model/known-data';
import { changeRequest, type InstanceRequest, isOpen } from '../model/request';
import { addName, mergeNames, sortNames } from '../model/sorting';
import { createVisit, type RouteEntry, type StepVisit, type SuspendedVisit } from '../model/visit';
import type { CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import { getReusedValues } from './stage-need';
import type { TraversedStep, Walk } from './walk-state';
import { changeWalk } from './walk-state';

/** How the walk enters a step. */
interface Entry {
  /** BACK: the step is asked again (3.10). */
  readonly mustAsk?: boolean;
  /** The visit that a global transition suspends (3.2). */
  readonly returnTo?: SuspendedVisit | undefined;
}

const plainEntry: Entry = {};

/** Takes a transition: clears fields, leaves the step, and enters the target or returns to the suspended visit. */
export function followTransition(walk: Walk, transition: CompiledTransition, context: SelectionContext): Walk {
  const { input, position } = walk;
  const cleared = clearFields(walk, transition, context);
  if (transition.returns) return returnToVisit(cleared, transition, context);
  const target = input.scenario.steps.get(transition.targetStepId);
  if (!target) return walk;
  const suspends = transition.isGlobal && target.isReturnTarget && !position.isNewVisit;
  if (!suspends) return enter(cleared, leave(cleared, transition, context), target, context);
  const returnTo = toSuspendedVisit(cleared, target);
  return enter(cleared, leave(cleared, transition, context, returnTo), target, context, { returnTo });
}

/** Moves the instance without a transition: correction, BACK or relocalization. */
export function moveTo(walk: Walk, target: CompiledStep, context: SelectionContext, entry: Entry = plainEntry): Walk {
  return enter(walk, leave(walk, undefined, context), target, context, entry);
}

/**
 * The visit to return to. If a step with a visit to return to is entered again, it keeps that visit, so that suspended visits do not
 * accumulate.
 */
function toSuspendedVisit({ position, attempts }: Walk, target: CompiledStep): SuspendedVisit {
  const { step, visit } = position;
  for (let suspended = visit.returnTo; suspended; suspended = suspended.visit.returnTo) {
    if (suspended.stepId === target.stepId && suspended.visit.returnTo) return suspended.visit.returnTo;
  }
  return { stepId: step.stepId, visit, attempts };
}

/** What leaving a step changes in a walk. */
type LeftStep = Pick<Walk, 'traversedSteps' | 'route' | 'leftSteps' | 'stepsBeforeCheckpoint' | 'requests'>;

/** Leaves the step that the walk has reached. Its questions close, unless the visit is suspended (0.8). */
function leave(
  walk: Walk,
  transition: CompiledTransition | undefined,
  context: SelectionContext,
  returnTo?: SuspendedVisit,
): LeftStep {
  const { position, input } = walk;
  const { step, visit } = position;
  const traversed = toTraversedStep(walk, transition, context);
  const { irreversibleDone } = input.instance;
  const hasPassed = irreversibleDone.some(({ visitNumber, passed }) => passed && visitNumber === visit.number);
  const endedVisits = listEndedVisits(position.isNewVisit ? undefined : visit, returnTo);
  return {
    traversedSteps: [...walk.traversedSteps, traversed],
    route: [...walk.route, traversed.entry],
    leftSteps: hasPassed ? walk.leftSteps : addName(walk.leftSteps, step.stepId),
    stepsBeforeCheckpoint: hasPassed ? addName(walk.stepsBeforeCheckpoint, step.stepId) : walk.stepsBeforeCheckpoint,
    requests: closeQuestions(walk.requests, endedVisits),
  };
}

const noRequests: readonly InstanceRequest[] = [];
const noVisits: ReadonlySet<number> = new Set();

/** Lists the visits that end: the current one with those that it suspended, except the visits that are suspended from now on. */
function listEndedVisits(visit: StepVisit | undefined, returnTo: SuspendedVisit | undefined): ReadonlySet<number> {
  if (!visit) return noVisits;
  const ended = new Set<number>();
  for (let each: StepVisit | undefined = visit; each; each = each.returnTo?.visit) ended.add(each.number);
  for (let each = returnTo?.visit; each; each = each.returnTo?.visit) ended.delete(each.number);
  return ended;
}

function closeQuestions(
  requests: readonly InstanceRequest[],
  endedVisits: ReadonlySet<number>,
): readonly InstanceRequest[] {
  if (endedVisits.size === 0) return requests;
  const isClosed = (request: InstanceRequest): boolean =>
    isOpen(request) && isQuestion(request) && endedVisits.has(request.visitNumber);
  if (!requests.some(isClosed)) return requests;
  return requests.map((request) => (isClosed(request) ? changeRequest(request, { status: 'LEFT' }) : request));
}

function toTraversedStep(
  { position, requests, input, correction }: Walk,
  transition: CompiledTransition | undefined,
  context: SelectionContext,
): TraversedStep {
  const { step, visit, isNewVisit } = position;
  const { instance } = input;
  const visitRequests = isNewVisit ? noRequests : requests.filter(({ visitNumber }) => visitNumber === visit.number);
  const asked = visitRequests.some(({ kind }) => kind === 'ASK');
  const confirm = findVisitRequest({ visit, requests: visitRequests }, 'CONFIRM');
  const entry: RouteEntry = {
    stepId: step.stepId,
    visitNumber: isNewVisit ? 0 : visit.number,
    transitionId: transition?.id ?? '',
    asked,
    canGoBackTo: asked || confirm !== undefined || step.collectedFields.some((field) => isGiven(field, input, context)),
    declined: !isNewVisit && visit.outcome === 'DECLINED',
    readFields: step.isReadAction ? listReadFields(visitRequests) : noFields,
    confirmedFields: confirm ? sortNames([...confirm.values.keys()]) : noFields,
  };
  const hasContributed = visitRequests.length > 0 || (!isNewVisit && visit.informedRevision > 0);
  const wasAsked = correction !== undefined && instance.path.some((each) => each.asked && each.stepId === step.stepId);
  const isSkipped = step.collectedFields.length > 0 && !asked && !hasContributed && !wasAsked;
  return { entry, transition, isPassedOver: isNewVisit, isSkipped };
}

const noFields: readonly string[] = [];

/** Lists the fields that the READ actions of a visit ran with; sorted. */
function listReadFields(requests: readonly InstanceRequest[]): readonly string[] {
  const reads = requests.filter(({ kind }) => kind === 'ACTION');
  return [...new Set(reads.flatMap(({ values }) => [...values.keys()]))].sort();
}

/** Whether the customer gave the value of a field, and not the profile or a tool. */
function isGiven(field: string, { instance, scenario }: Walk['input'], { storedData }: SelectionContext): boolean {
  if (scenario.localFields.has(field)) return instance.variables.has(field);
  const variable = storedData.sessionVariables.get(field);
  return variable !== undefined && variable.value !== null && !variable.isPersistedResult;
}

/**
 * Enters a step. If the step is on the route, its entry and all later ones are removed from the route (0.9). `left` has what leaving the
 * previous step has changed, or is the walk itself at a start. Both moves together copy the walk once.
 */
export function enter(
  walk: Walk,
  left: LeftStep,
  step: CompiledStep,
  context: SelectionContext,
  entry: Entry = plainEntry,
): Walk {
  const { instance } = walk.input;
  const { revision, turn } = context;
  const opened = createVisit(instance.lastVisitNumber + 1, revision, turn.occurredAt);
  const visit =
    walk.correction || entry !== plainEntry
      ? changeVisit(opened, {
          wasAskedBefore: walk.correction !== undefined && wasAskedBefore(walk, step),
          mustAsk: entry.mustAsk ?? false,
          returnTo: entry.returnTo,
        })
      : opened;
  return changeWalk(takeReusedValues(walk, step, context), {
    position: { step, visit, isNewVisit: true },
    hasMoved: true,
    attempts: 0,
    blockingTransition: undefined,
    traversedSteps: left.traversedSteps,
    route: cutRoute(left.route, step),
    leftSteps: removeName(left.leftSteps, step.stepId),
    stepsBeforeCheckpoint: removeName(left.stepsBeforeCheckpoint, step.stepId),
    requests: takeOverAction(left.requests, step, visit.number),
    leadInTemplateIds: addLeadIns(walk, step),
  });
}

/** Removes a step that is reached again, and all later ones, from the route (0.9). */
function cutRoute(route: Walk['route'], step: CompiledStep): Walk['route'] {
  const earlier = route.findIndex(({ stepId }) => stepId === step.stepId);
  return earlier < 0 ? route : route.slice(0, earlier);
}

/** The values that an earlier run of the called scenario returned become the instance's own (section 11). */
function takeReusedValues(walk: Walk, step: CompiledStep, context: SelectionContext): Walk {
  const reused = getReusedValues(step, context);
  if (!reused) return walk;
  return changeWalk(walk, {
    returnedValues: new Map([...walk.returnedValues, ...reused]),
    known: withValues(walk.known, reused),
  });
}

function removeName(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names.filter((each) => each !== name) : names;
}

function wasAskedBefore({ input, requests }: Walk, { stepId }: CompiledStep): boolean {
  return (
    input.instance.path.some((entry) => entry.asked && entry.stepId === stepId) ||
    requests.some((request) => request.kind === 'ASK' && request.stepId === stepId)
  );
}

/**
 * A WRITE action under way moves to the new visit of its step, with its key (3.9). One that is not required is no longer under way when a tool has
 * an outcome: the walk may then pass over the step, and no other step may take the action for its own.
 */
function takeOverAction(
  requests: readonly InstanceRequest[],
  step: CompiledStep,
  visitNumber: number,
): readonly InstanceRequest[] {
  if (!step.isWriteAction || !(step.isRequiredAction || step.readsActionResult)) return requests;
  const isUnderWay = ({ kind, stepId, status, tools }: InstanceRequest): boolean =>
    kind === 'ACTION' &&
    stepId === step.stepId &&
    status === 'OPEN' &&
    (step.isRequiredAction || tools.every(({ outcome }) => outcome === undefined));
  if (!requests.some(isUnderWay)) return requests;
  return requests.map((request) => (isUnderWay(request) ? changeRequest(request, { visitNumber }) : request));
}

/** Adds the templates of a step with `speak: WITH_NEXT`. A correction does not repeat those of the steps that it passes again. */
function addLeadIns({ leadInTemplateIds, correction, input }: Walk, step: CompiledStep): readonly string[] {
  if (!step.speaksWithNext) return leadInTemplateIds;
  const isRepeated = correction !== undefined && input.instance.route.some(({ stepId }) => stepId === step.stepId);
  return isRepeated ? leadInTemplateIds : [...leadInTemplateIds, ...step.definition.templateIds];
}

/** Returns to the visit that a global transition suspended. It opens no visit; its attempts continue (3.2). */
function returnToVisit(walk: Walk, transition: CompiledTransition, context: SelectionContext): Walk {
  const suspended = walk.position.visit.returnTo;
  const step = suspended && walk.input.scenario.steps.get(suspended.stepId);
  if (!suspended || !step) return walk;
  const left = leave(walk, transition, context, suspended);
  return changeWalk(walk, {
    traversedSteps: left.traversedSteps,
    requests: left.requests,
    position: { step, visit: suspended.visit, isNewVisit: false },
    hasMoved: true,
    hasReturned: true,
    attempts: suspended.attempts,
    blockingTransition: undefined,
    route: cutRoute(left.route, step),
    leftSteps: removeName(left.leftSteps, step.stepId),
    stepsBeforeCheckpoint: removeName(left.stepsBeforeCheckpoint, step.stepId),
  });
}

/**
 * Clears the fields that a taken transition lists under `clears` (3.2). Values of this turn that neither the step collects nor the
 * condition of the transition reads are kept.
 */
export function clearFields(
  walk: Walk,
  { definition, fieldsRead }: CompiledTransition,
  { storedData }: SelectionContext,
): Walk {
  const { input, known, position, settledFields } = walk;
  const isSpared = (field: string): boolean =>
    input.providedFields.has(field) && !position.step.collectedFields.includes(field) && !fieldsRead.includes(field);
  const isSettled = (field: string): boolean =>
    known.has(field) || settledFields.has(field) || storedData.declinedFields.includes(field);
  const fields = definition.clears.filter((field) => isSettled(field) && !isSpared(field));
  if (fields.length === 0) return walk;
  const clearedFields = mergeNames(walk.clearedFields, fields);
  const cleared = new Set(fields);
  const isCleared = fields.some((field) => settledFields.has(field));
  return changeWalk(walk, {
    clearedFields,
    settledFields: isCleared ? new Map([...settledFields].filter(([field]) => !cleared.has(field))) : settledFields,
    known: withoutFields(known, cleared),
  });
}
