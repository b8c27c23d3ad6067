import type { SelectionContext } from '../context/selection-context';
import { type KnownData, withoutFields } from '../model/known-data';
import { createVisit, type ScenarioInstance } from '../model/session';
import type { TransitionAlternative } from '../model/transition-decision';
import type { CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import { type BlockingTransition, chooseTransition, type TransitionChoice } from './choice';
import { type CorrectionTarget, findCorrection } from './correction';
import { selectActiveGuards } from './global-guards';
import { findUnfinishedStage, isSkippable, type Stage, type StepPosition } from './stage';
import type { WalkInput } from './walk-input';

/** A step that was left this turn. */
export interface TraversedStep {
  readonly stepId: string;
  /** Undefined where a correction or relocalization moved the instance. */
  readonly transition: CompiledTransition | undefined;
  /** The walk went over it; false for the step where the turn found the instance. */
  readonly isIntermediate: boolean;
  /** It had asked for a field in the visit that ends, or before the correction that is under way. */
  readonly wasAsked: boolean;
  /** It collects fields and was left without having been asked (3.5). */
  readonly isSkipped: boolean;
}

/**
 * Where an instance stands after its walk, and how it got there (P6.3); also while it is under way, when each step of the walk takes
 * one of these and gives the next, and `stage` is not settled.
 */
export interface Walk {
  readonly input: WalkInput;
  /** In path order. */
  readonly traversedSteps: readonly TraversedStep[];
  readonly position: StepPosition;
  /** A visit opened: START, arrival, self-transition, correction or relocalization (3.6). */
  readonly hasMoved: boolean;
  /** What the step wants to do now. */
  readonly stage: Stage;
  readonly blockingTransition: BlockingTransition | undefined;
  readonly correction: CorrectionTarget | undefined;
  /** Description of the checkpoint that keeps a correction from moving it back; "" where none does (3.9). */
  readonly blockedByCheckpoint: string;
  /** The step where it would have been, had it not been moved to a recovery step; "" otherwise (3.8). */
  readonly relocalizedFrom: string;
  /** Fields that taken transitions made unknown; sorted (3.2). */
  readonly clearedFields: readonly string[];
  /** Known data with these unknown. */
  readonly known: KnownData;
  readonly alternatives: readonly TransitionAlternative[];
  readonly conditionErrors: readonly string[];
  /** Global transitions that were taken and must not be taken again before what they read changes. */
  readonly globalGuards: ReadonlyMap<string, string>;
}

/** Walks an instance from where the turn finds it, or a new one from its entry step, as far as it goes (3.2 to 3.5, 3.9). Pure. */
export function walkInstance(subject: WalkInput, context: SelectionContext): Walk {
  const found = beginning(subject, context);
  let at = subject.isStart ? arrive(found, subject.step, context) : leaveFound(found, context);
  while (mayGoOn(at, context)) {
    const next = goOn(at, context);
    const stays = next.traversedSteps.length === at.traversedSteps.length;
    at = next;
    if (stays) break;
  }
  return { ...at, stage: stageOf(at, context) };
}

function beginning(subject: WalkInput, context: SelectionContext): Walk {
  const { step, instance, known } = subject;
  return {
    input: subject,
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
    globalGuards: selectActiveGuards(subject, context),
  };
}

/** Leaves the step where the turn found the instance: ANYTIME and globals, a correction, then ON_COMPLETION (3.2). */
function leaveFound(found: Walk, context: SelectionContext): Walk {
  const looked = choose('anytime', found, context);
  if (looked.taken) return looked.at;
  const correction = findCorrection(found.input);
  if (correction?.kind === 'back') {
    const { route } = correction;
    return move({ ...looked.at, correction: route }, undefined, route.step, context);
  }
  const at = correction ? { ...looked.at, blockedByCheckpoint: correction.description } : looked.at;
  return choose('on_completion', at, context).at;
}

/** Whether the walk goes on over the step under it: it is done, or may be passed over (3.5). */
function mayGoOn({ position: standing, known, traversedSteps: left }: Walk, { settings }: SelectionContext): boolean {
  if (!standing.isNewVisit || standing.step.stopsWalk || left.length >= settings.maxHopsPerTurn) return false;
  return (
    findUnfinishedStage(standing, known, settings.enableStepSkipping) === 'none' ||
    isSkippable(standing, known, settings.enableStepSkipping)
  );
}

function goOn(at: Walk, context: SelectionContext): Walk {
  const looked = choose('anytime', at, context);
  return looked.taken ? looked.at : choose('on_completion', looked.at, context).at;
}

/** Looks at the transitions of one kind and takes the one that is chosen. */
function choose(
  trigger: 'anytime' | 'on_completion',
  at: Walk,
  context: SelectionContext,
): { readonly at: Walk; readonly taken: boolean } {
  const choice = chooseTransition(trigger, at, context);
  const looked = withLooked(at, choice);
  const target = choice.transition && at.input.scenario.steps.get(choice.transition.targetStepId);
  if (!choice.transition || !target) return { at: looked, taken: false };
  return { at: move(withCleared(looked, choice.transition), choice.transition, target, context), taken: true };
}

function withLooked(
  at: Walk,
  { alternatives, conditionErrors: errors, blockingTransition: heldBy, guard }: TransitionChoice,
): Walk {
  // Where nothing was looked at, nothing holds either.
  if (alternatives.length === 0 && at.blockingTransition === undefined) return at;
  return {
    ...at,
    blockingTransition: heldBy,
    alternatives: alternatives.length === 0 ? at.alternatives : [...at.alternatives, ...alternatives],
    conditionErrors: errors.length === 0 ? at.conditionErrors : [...new Set([...at.conditionErrors, ...errors])],
    globalGuards: guard ? new Map(at.globalGuards).set(guard.id, guard.fingerprint) : at.globalGuards,
  };
}

/** The fields that a taken transition clears, but for values given this turn, are unknown from here on (3.2). */
function withCleared(at: Walk, { definition }: CompiledTransition): Walk {
  const more = definition.clears.filter((field) => !at.input.providedFields.has(field) && at.known.has(field));
  if (more.length === 0) return at;
  const cleared = [...at.clearedFields, ...more].sort();
  return { ...at, clearedFields: cleared, known: withoutFields(at.input.known, new Set(cleared)) };
}

/** Leaves the step under the walk for another one. */
function move(
  at: Walk,
  transition: CompiledTransition | undefined,
  target: CompiledStep,
  context: SelectionContext,
): Walk {
  return arrive(at, target, context, [...at.traversedSteps, leftStep(at.position, transition)]);
}

function leftStep(
  { step, visit, isNewVisit: isNew }: StepPosition,
  transition: CompiledTransition | undefined,
): TraversedStep {
  const asked = visit.askedFields.length > 0;
  const contributed = visit.contributedTypes.length > 0;
  const skipped = step.collectedFields.length > 0 && !asked && !contributed;
  return { stepId: step.stepId, transition, isIntermediate: isNew, wasAsked: asked, isSkipped: skipped };
}

function arrive(
  at: Walk,
  step: CompiledStep,
  { revision }: SelectionContext,
  left: readonly TraversedStep[] = [],
): Walk {
  const { instance } = at.input;
  const fresh = createVisit(instance.lastVisitNumber + 1, revision);
  const asked = at.correction !== undefined && wasAsked(instance, step);
  const visit = asked ? { ...fresh, askedFields: knownFieldsOf(step, at.known) } : fresh;
  return {
    ...at,
    traversedSteps: left,
    position: { step, visit, isNewVisit: true },
    hasMoved: true,
    blockingTransition: undefined,
  };
}

/** What a correction need not ask again: it counts as asked for as long as the visit lasts (3.1). */
function knownFieldsOf({ collectedFields: collects }: CompiledStep, known: KnownData): readonly string[] {
  return [...new Set(collects)].filter((field) => known.has(field)).sort();
}

/** Whether the step asked for a field in an earlier visit, the one that the turn found included. */
function wasAsked({ path, currentStepId, visit }: ScenarioInstance, { stepId }: CompiledStep): boolean {
  return (
    path.some((entry) => entry.asked && entry.stepId === stepId) ||
    (currentStepId === stepId && visit.askedFields.length > 0)
  );
}

function stageOf(
  { position: standing, known, blockingTransition: heldBy }: Walk,
  { settings }: SelectionContext,
): Stage {
  const asksForCondition = heldBy !== undefined && heldBy.missingFields.length > 0;
  if (!standing.isNewVisit && standing.visit.outcome === 'DECLINED') return asksForCondition ? 'condition' : 'none';
  const stage = findUnfinishedStage(standing, known, settings.enableStepSkipping);
  return stage === 'none' && asksForCondition ? 'condition' : stage;
}
