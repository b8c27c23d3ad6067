import type { SelectionContext } from '../context/selection-context';
import { type KnownData, withoutFields } from '../model/known-data';
import type { TransitionTrigger } from '../model/scenario';
import { createVisit } from '../model/session';
import type { TransitionAlternative } from '../model/transition-decision';
import type { CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import { type BlockingTransition, chooseTransition, type TransitionChoice } from './choice';
import { type CorrectionTarget, findCorrection, findFieldsAskedBefore } from './correction';
import { findUnfinishedStage, isSkippable, type Stage, type StepPosition } from './stage';
import { selectActiveGuards } from './step-conditions';
import type { WalkInput } from './walk-input';

/** A step that the instance left on this turn. */
export interface TraversedStep {
  readonly stepId: string;
  /** Undefined if a correction or relocalization moved the instance. */
  readonly transition: CompiledTransition | undefined;
  /** The step was entered and left by this walk and has no visit. False for the step where the walk began. */
  readonly isIntermediate: boolean;
  /** The step asked for a field in this visit, or before the current correction. */
  readonly hasAsked: boolean;
  /** The step collects fields and did not ask for them (3.5). */
  readonly isSkipped: boolean;
}

/**
 * The walk of an instance: its position and how it got there. During the walk, each move returns a new value; `stage` is set at
 * the end.
 */
export interface Walk {
  readonly input: WalkInput;
  /** In path order. */
  readonly traversedSteps: readonly TraversedStep[];
  readonly position: StepPosition;
  /** A visit opened: start, arrival, self-transition, correction or relocalization (3.6). */
  readonly hasMoved: boolean;
  /** The stage of the step where the walk ended. */
  readonly stage: Stage;
  readonly blockingTransition: BlockingTransition | undefined;
  readonly correction: CorrectionTarget | undefined;
  /** Description of the checkpoint that blocks a correction, or "" (3.9). */
  readonly blockedByCheckpoint: string;
  /** The step where the instance would be without relocalization, or "" (3.8). */
  readonly relocalizedFrom: string;
  /** Fields that the transitions taken have cleared; sorted (3.2). */
  readonly clearedFields: readonly string[];
  /** The known data without the cleared fields. */
  readonly known: KnownData;
  readonly alternatives: readonly TransitionAlternative[];
  readonly conditionErrors: readonly string[];
  /** Fingerprints of global transitions that are not taken again until a value that they read changes. */
  readonly globalGuards: ReadonlyMap<string, string>;
}

/**
 * Walks an instance from its current step, or a new one from its entry step, until no transition can be taken or a step has
 * something to do (3.2 to 3.5, 3.9). Pure.
 */
export function walkInstance(input: WalkInput, context: SelectionContext): Walk {
  const initial = createWalk(input, context);
  let walk = input.isStart ? enterStep(initial, input.step, context) : leaveCurrentStep(initial, context);
  while (canContinue(walk, context)) {
    const next = advance(walk, context);
    const hasAdvanced = next.traversedSteps.length > walk.traversedSteps.length;
    walk = next;
    if (!hasAdvanced) break;
  }
  return { ...walk, stage: findStage(walk, context) };
}

function createWalk(input: WalkInput, context: SelectionContext): Walk {
  const { step, instance, known } = input;
  return {
    input,
    traversedSteps: [],
    position: { step, visit: instance.visit, isNewVisit: false },
    hasMoved: false,
    stage: 'none',
    blockingTransition: undefined,
    correction: undefined,
    blockedByCheckpoint: '',
    relocalizedFrom: '',
    clearedFields: [],
    known,
    alternatives: [],
    conditionErrors: [],
    globalGuards: selectActiveGuards(input, context),
  };
}

/** Leaves the step where the walk begins: ANYTIME and global transitions, then a correction, then ON_COMPLETION transitions (3.2). */
function leaveCurrentStep(initial: Walk, context: SelectionContext): Walk {
  const { walk, isTaken } = takeTransition('ANYTIME', initial, context);
  if (isTaken) return walk;
  const correction = findCorrection(walk.input);
  if (correction?.kind === 'back') {
    const { target } = correction;
    return moveTo({ ...walk, correction: target }, undefined, target.step, context);
  }
  const blockedWalk = correction ? { ...walk, blockedByCheckpoint: correction.description } : walk;
  return takeTransition('ON_COMPLETION', blockedWalk, context).walk;
}

/** Whether the walk continues past the step that it has reached: the step is done, or can be skipped (3.5). */
function canContinue({ position, known, traversedSteps }: Walk, { settings }: SelectionContext): boolean {
  if (!position.isNewVisit || position.step.stopsWalk || traversedSteps.length >= settings.maxHopsPerTurn) return false;
  return (
    findUnfinishedStage(position, known, settings.enableStepSkipping) === 'none' ||
    isSkippable(position, known, settings.enableStepSkipping)
  );
}

function advance(current: Walk, context: SelectionContext): Walk {
  const { walk, isTaken } = takeTransition('ANYTIME', current, context);
  return isTaken ? walk : takeTransition('ON_COMPLETION', walk, context).walk;
}

/** Evaluates the transitions with one trigger and takes the chosen one. */
function takeTransition(
  trigger: TransitionTrigger,
  current: Walk,
  context: SelectionContext,
): { readonly walk: Walk; readonly isTaken: boolean } {
  const choice = chooseTransition(trigger, current, context);
  const { transition } = choice;
  const walk = recordChoice(current, choice);
  const target = transition && walk.input.scenario.steps.get(transition.targetStepId);
  if (!transition || !target) return { walk, isTaken: false };
  return { walk: moveTo(clearFields(walk, transition), transition, target, context), isTaken: true };
}

function recordChoice(walk: Walk, choice: TransitionChoice): Walk {
  const { alternatives, conditionErrors, blockingTransition, guard } = choice;
  // If no transition was considered, none blocks.
  if (alternatives.length === 0 && walk.blockingTransition === undefined) return walk;
  return {
    ...walk,
    blockingTransition,
    alternatives: alternatives.length === 0 ? walk.alternatives : [...walk.alternatives, ...alternatives],
    conditionErrors:
      conditionErrors.length === 0 ? walk.conditionErrors : [...new Set([...walk.conditionErrors, ...conditionErrors])],
    globalGuards: guard ? new Map(walk.globalGuards).set(guard.id, guard.fingerprint) : walk.globalGuards,
  };
}

/** Clears the fields that a taken transition lists under `clears`, except those provided on this turn (3.2). */
function clearFields(walk: Walk, { definition }: CompiledTransition): Walk {
  const { input, known } = walk;
  const fields = definition.clears.filter((field) => !input.providedFields.has(field) && known.has(field));
  if (fields.length === 0) return walk;
  const clearedFields = [...walk.clearedFields, ...fields].sort();
  return { ...walk, clearedFields, known: withoutFields(input.known, new Set(clearedFields)) };
}

/** Leaves the step that the walk has reached and enters another one. */
function moveTo(
  walk: Walk,
  transition: CompiledTransition | undefined,
  target: CompiledStep,
  context: SelectionContext,
): Walk {
  const traversedSteps = [...walk.traversedSteps, toTraversedStep(walk.position, transition)];
  return enterStep(walk, target, context, traversedSteps);
}

function toTraversedStep(
  { step, visit, isNewVisit }: StepPosition,
  transition: CompiledTransition | undefined,
): TraversedStep {
  const hasAsked = visit.askedFields.length > 0;
  const hasContributed = visit.contributedTypes.length > 0;
  const isSkipped = step.collectedFields.length > 0 && !hasAsked && !hasContributed;
  return { stepId: step.stepId, transition, isIntermediate: isNewVisit, hasAsked, isSkipped };
}

function enterStep(
  walk: Walk,
  step: CompiledStep,
  { revision }: SelectionContext,
  traversedSteps: readonly TraversedStep[] = [],
): Walk {
  const { instance } = walk.input;
  const newVisit = createVisit(instance.lastVisitNumber + 1, revision);
  const askedFields = walk.correction ? findFieldsAskedBefore(instance, step, walk.known) : [];
  const visit = askedFields.length > 0 ? { ...newVisit, askedFields } : newVisit;
  return {
    ...walk,
    traversedSteps,
    position: { step, visit, isNewVisit: true },
    hasMoved: true,
    blockingTransition: undefined,
  };
}

/** Returns the stage where the walk ended. DECLINED ends all stages of its visit (3.1). */
function findStage({ position, known, blockingTransition }: Walk, { settings }: SelectionContext): Stage {
  const asksForCondition = blockingTransition !== undefined && blockingTransition.missingFields.length > 0;
  const isDeclined = !position.isNewVisit && position.visit.outcome === 'DECLINED';
  const stage = isDeclined ? 'none' : findUnfinishedStage(position, known, settings.enableStepSkipping);
  return stage === 'none' && asksForCondition ? 'condition' : stage;
}
