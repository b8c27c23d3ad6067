import type { SelectionContext } from '../context/selection-context';
import { isQuestion } from '../model/focus';
import { withoutFields, withValues } from '../model/known-data';
import { changeRequest, copyRequest, type InstanceRequest, isOpen } from '../model/request';
import { addName, mergeNames } from '../model/sorting';
import { createVisit, type StepVisit, type SuspendedVisit } from '../model/visit';
import type { CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import { getReusedValues } from './stage-need';
import { toTraversedStep, wasAskedOnPath } from './traversed-step';
import type { Walk, WalkDraft } from './walk-state';

/** How the walk enters a step. */
interface Entry {
  /** BACK: the step is asked again (3.10). */
  readonly mustAsk?: boolean;
  /** The visit that a global transition suspends (3.2). */
  readonly returnTo?: SuspendedVisit | undefined;
}

const plainEntry: Entry = {};

/** Takes a transition: clears fields, leaves the step, and enters the target or returns to the suspended visit. Returns whether anything changed. */
export function followTransition(walk: WalkDraft, transition: CompiledTransition, context: SelectionContext): boolean {
  const { input, position } = walk;
  if (transition.returns) {
    const hasCleared = applyCleared(walk, transition, context);
    return returnToVisit(walk, transition, context) || hasCleared;
  }
  const target = input.scenario.steps.get(transition.targetStepId);
  if (!target) return false;
  applyCleared(walk, transition, context);
  const suspends = transition.isGlobal && target.isReturnTarget && !position.isNewVisit;
  const returnTo = suspends ? toSuspendedVisit(walk, target) : undefined;
  leave(walk, transition, context, returnTo);
  enter(walk, target, context, returnTo ? { returnTo } : plainEntry);
  return true;
}

/** Moves the instance without a transition: correction, BACK or relocalization. */
export function moveTo(
  walk: WalkDraft,
  target: CompiledStep,
  context: SelectionContext,
  entry: Entry = plainEntry,
): void {
  leave(walk, undefined, context);
  enter(walk, target, context, entry);
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

/** Leaves the step that the walk has reached. Its questions close, unless the visit is suspended (0.8). */
function leave(
  walk: WalkDraft,
  transition: CompiledTransition | undefined,
  context: SelectionContext,
  returnTo?: SuspendedVisit,
): void {
  const { position, input } = walk;
  const { step, visit } = position;
  const traversed = toTraversedStep(walk, transition, context);
  const { irreversibleDone } = input.instance;
  const hasPassed =
    irreversibleDone.length > 0 &&
    irreversibleDone.some(({ visitNumber, passed }) => passed && visitNumber === visit.number);
  walk.traversedSteps = walk.traversedSteps.length === 0 ? [traversed] : [...walk.traversedSteps, traversed];
  walk.route = [...walk.route, traversed.entry];
  if (hasPassed) walk.stepsBeforeCheckpoint = addName(walk.stepsBeforeCheckpoint, step.stepId);
  else walk.leftSteps = addName(walk.leftSteps, step.stepId);
  if (!position.isNewVisit) walk.requests = closeQuestions(walk.requests, visit, returnTo);
}

/** Closes the questions of a visit that ends and of the visits that it suspended, except those that are suspended from now on. */
function closeQuestions(
  requests: readonly InstanceRequest[],
  visit: StepVisit,
  returnTo: SuspendedVisit | undefined,
): readonly InstanceRequest[] {
  let closed: InstanceRequest[] | undefined;
  for (const [index, request] of requests.entries()) {
    if (!isOpen(request) || !isQuestion(request) || !hasEnded(request.visitNumber, visit, returnTo)) continue;
    closed ??= [...requests];
    const left = copyRequest(request);
    left.status = 'LEFT';
    closed[index] = left;
  }
  return closed ?? requests;
}

function hasEnded(number: number, visit: StepVisit, returnTo: SuspendedVisit | undefined): boolean {
  return isInChain(number, visit) && !isInChain(number, returnTo?.visit);
}

/** Whether the number is that of a visit or of a visit that it suspended. */
function isInChain(number: number, visit: StepVisit | undefined): boolean {
  for (let each = visit; each; each = each.returnTo?.visit) if (each.number === number) return true;
  return false;
}

/** Enters a step. If the step is on the route, its entry and all later ones are removed from the route (0.9). */
export function enter(walk: WalkDraft, step: CompiledStep, context: SelectionContext, entry: Entry = plainEntry): void {
  const { instance } = walk.input;
  const visit = createVisit(instance.lastVisitNumber + 1, context.revision, context.turn.occurredAt);
  visit.wasAskedBefore = walk.correction !== undefined && wasAskedBefore(walk, step);
  visit.mustAsk = entry.mustAsk ?? false;
  visit.returnTo = entry.returnTo;
  takeReusedValues(walk, step, context);
  walk.position = { step, visit, isNewVisit: true };
  walk.hasMoved = true;
  walk.attempts = 0;
  walk.blockingTransition = undefined;
  walk.requests = takeOverAction(walk.requests, step, visit.number);
  walk.leadInTemplateIds = addLeadIns(walk, step);
  returnOnRoute(walk, step);
}

/** Removes the entry of a step that is reached again, and all later entries, from the route (0.9). */
function returnOnRoute(walk: WalkDraft, { stepId }: CompiledStep): void {
  const earlier = walk.route.findIndex((entry) => entry.stepId === stepId);
  if (earlier >= 0) walk.route = walk.route.slice(0, earlier);
  walk.leftSteps = removeName(walk.leftSteps, stepId);
  walk.stepsBeforeCheckpoint = removeName(walk.stepsBeforeCheckpoint, stepId);
}

/** The values that an earlier run of the called scenario returned become the instance's own (section 11). */
function takeReusedValues(walk: WalkDraft, step: CompiledStep, context: SelectionContext): void {
  const reused = getReusedValues(step, context);
  if (!reused) return;
  walk.returnedValues = new Map([...walk.returnedValues, ...reused]);
  walk.known = withValues(walk.known, reused);
}

function removeName(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names.filter((each) => each !== name) : names;
}

function wasAskedBefore({ input, requests }: Walk, { stepId }: CompiledStep): boolean {
  return (
    wasAskedOnPath(input.instance, stepId) ||
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

/** Returns to the visit that a global transition suspended. It opens no visit; its attempts continue (3.2). Returns false if there is none. */
function returnToVisit(walk: WalkDraft, transition: CompiledTransition, context: SelectionContext): boolean {
  const suspended = walk.position.visit.returnTo;
  const step = suspended && walk.input.scenario.steps.get(suspended.stepId);
  if (!suspended || !step) return false;
  leave(walk, transition, context, suspended);
  walk.position = { step, visit: suspended.visit, isNewVisit: false };
  walk.hasMoved = true;
  walk.hasReturned = true;
  walk.attempts = suspended.attempts;
  walk.blockingTransition = undefined;
  returnOnRoute(walk, step);
  return true;
}

/** The parts of a walk that clearing fields changes. */
type ClearedWalk = Pick<Walk, 'clearedFields' | 'settledFields' | 'known'>;

function applyCleared(walk: WalkDraft, transition: CompiledTransition, context: SelectionContext): boolean {
  const cleared = clearFields(walk, transition, context);
  if (cleared === walk) return false;
  walk.clearedFields = cleared.clearedFields;
  walk.settledFields = cleared.settledFields;
  walk.known = cleared.known;
  return true;
}

/**
 * Returns what is known and settled after a transition clears the fields that it lists under `clears` (3.2). Values of this turn that neither
 * the step collects nor the condition of the transition reads are kept. Returns the walk itself if nothing is cleared.
 */
export function clearFields(
  walk: Walk,
  { definition, fieldsRead }: CompiledTransition,
  { storedData }: SelectionContext,
): ClearedWalk {
  if (definition.clears.length === 0) return walk;
  const { input, known, position, settledFields } = walk;
  const isSpared = (field: string): boolean =>
    input.providedFields.has(field) && !position.step.collectedFields.includes(field) && !fieldsRead.includes(field);
  const isSettled = (field: string): boolean =>
    known.has(field) || settledFields.has(field) || storedData.declinedFields.includes(field);
  const fields = definition.clears.filter((field) => isSettled(field) && !isSpared(field));
  if (fields.length === 0) return walk;
  const cleared = new Set(fields);
  const isCleared = fields.some((field) => settledFields.has(field));
  return {
    clearedFields: mergeNames(walk.clearedFields, fields),
    settledFields: isCleared ? new Map([...settledFields].filter(([field]) => !cleared.has(field))) : settledFields,
    known: withoutFields(known, cleared),
  };
}
