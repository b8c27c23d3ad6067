import type { CompiledStep, CompiledTransition } from '../compiled-scenario';
import type { SelectionContext } from '../context/selection-context';
import { type KnownData, without } from '../known-data';
import { freshVisit, type ScenarioInstance } from '../session';
import type { TransitionAlternative } from '../transition-decision';
import { type Choice, chooseTransition, type HeldBy } from './choice';
import { type CorrectionRoute, correctionRoute } from './correction';
import { guardsThatHold } from './global-guards';
import { mayBePassedOver, type Stage, type Standing, unfinishedStage } from './stage';
import type { WalkSubject } from './walk-subject';

/** A step that was left this turn. */
export interface LeftStep {
  readonly stepId: string;
  /** Undefined where a correction or relocalization moved the instance. */
  readonly transition: CompiledTransition | undefined;
  /** The walk went over it; false for the step where the turn found the instance. */
  readonly passedOver: boolean;
  /** It had asked for a field in the visit that ends, or before the correction that is under way. */
  readonly asked: boolean;
  /** It collects fields and was left without having been asked (3.5). */
  readonly skipped: boolean;
}

/**
 * Where an instance stands after its walk, and how it got there (P6.3); also while it is under way, when each step of the walk takes
 * one of these and gives the next, and `stage` is not settled.
 */
export interface Walk {
  readonly subject: WalkSubject;
  /** In path order. */
  readonly left: readonly LeftStep[];
  readonly standing: Standing;
  /** A visit opened: START, arrival, self-transition, correction or relocalization (3.6). */
  readonly moved: boolean;
  /** What the step wants to do now. */
  readonly stage: Stage;
  readonly heldBy: HeldBy | undefined;
  readonly correction: CorrectionRoute | undefined;
  /** Description of the checkpoint that keeps a correction from moving it back; "" where none does (3.9). */
  readonly blockedByCheckpoint: string;
  /** The step where it would have been, had it not been moved to a recovery step; "" otherwise (3.8). */
  readonly relocalizedFrom: string;
  /** Fields that taken transitions made unknown; sorted (3.2). */
  readonly cleared: readonly string[];
  /** Known data with these unknown. */
  readonly known: KnownData;
  readonly alternatives: readonly TransitionAlternative[];
  readonly conditionErrors: readonly string[];
  /** Global transitions that were taken and must not be taken again before what they read changes. */
  readonly globalGuards: ReadonlyMap<string, string>;
}

/** Walks an instance from where the turn finds it, or a new one from its entry step, as far as it goes (3.2 to 3.5, 3.9). Pure. */
export function walk(subject: WalkSubject, context: SelectionContext): Walk {
  const found = beginning(subject, context);
  let at = subject.starts ? arrive(found, subject.step, context) : leaveFound(found, context);
  while (mayGoOn(at, context)) {
    const next = goOn(at, context);
    const stays = next.left.length === at.left.length;
    at = next;
    if (stays) break;
  }
  return { ...at, stage: stageOf(at, context) };
}

function beginning(subject: WalkSubject, context: SelectionContext): Walk {
  const { step, instance, known } = subject;
  return {
    subject,
    left: [],
    standing: { step, visit: instance.visit, isNew: false },
    moved: false,
    stage: 'none',
    heldBy: undefined,
    correction: undefined,
    blockedByCheckpoint: '',
    relocalizedFrom: '',
    cleared: [],
    known,
    alternatives: [],
    conditionErrors: [],
    globalGuards: guardsThatHold(subject, context),
  };
}

/** Leaves the step where the turn found the instance: ANYTIME and globals, a correction, then ON_COMPLETION (3.2). */
function leaveFound(found: Walk, context: SelectionContext): Walk {
  const looked = choose('anytime', found, context);
  if (looked.taken) return looked.at;
  const correction = correctionRoute(found.subject);
  if (correction?.kind === 'back') {
    const { route } = correction;
    return move({ ...looked.at, correction: route }, undefined, route.target, context);
  }
  const at = correction ? { ...looked.at, blockedByCheckpoint: correction.description } : looked.at;
  return choose('on_completion', at, context).at;
}

/** Whether the walk goes on over the step under it: it is done, or may be passed over (3.5). */
function mayGoOn({ standing, known, left }: Walk, { settings }: SelectionContext): boolean {
  if (!standing.isNew || standing.step.stopsWalk || left.length >= settings.maxHopsPerTurn) return false;
  return (
    unfinishedStage(standing, known, settings.enableStepSkipping) === 'none' ||
    mayBePassedOver(standing, known, settings.enableStepSkipping)
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
  const target = choice.transition && at.subject.scenario.steps.get(choice.transition.targetStepId);
  if (!choice.transition || !target) return { at: looked, taken: false };
  return { at: move(withCleared(looked, choice.transition), choice.transition, target, context), taken: true };
}

function withLooked(at: Walk, { alternatives, errors, heldBy, guard }: Choice): Walk {
  // Where nothing was looked at, nothing holds either.
  if (alternatives.length === 0 && at.heldBy === undefined) return at;
  return {
    ...at,
    heldBy,
    alternatives: alternatives.length === 0 ? at.alternatives : [...at.alternatives, ...alternatives],
    conditionErrors: errors.length === 0 ? at.conditionErrors : [...new Set([...at.conditionErrors, ...errors])],
    globalGuards: guard ? new Map(at.globalGuards).set(guard.id, guard.fingerprint) : at.globalGuards,
  };
}

/** The fields that a taken transition clears, but for values given this turn, are unknown from here on (3.2). */
function withCleared(at: Walk, { definition }: CompiledTransition): Walk {
  const more = definition.clears.filter((field) => !at.subject.given.has(field) && at.known.has(field));
  if (more.length === 0) return at;
  const cleared = [...at.cleared, ...more].sort();
  return { ...at, cleared, known: without(at.subject.known, new Set(cleared)) };
}

/** Leaves the step under the walk for another one. */
function move(
  at: Walk,
  transition: CompiledTransition | undefined,
  target: CompiledStep,
  context: SelectionContext,
): Walk {
  return arrive(at, target, context, [...at.left, leftStep(at.standing, transition)]);
}

function leftStep({ step, visit, isNew }: Standing, transition: CompiledTransition | undefined): LeftStep {
  const asked = visit.askedFields.length > 0;
  const contributed = visit.contributedTypes.length > 0;
  const skipped = step.collects.length > 0 && !asked && !contributed;
  return { stepId: step.stepId, transition, passedOver: isNew, asked, skipped };
}

function arrive(at: Walk, step: CompiledStep, { revision }: SelectionContext, left: readonly LeftStep[] = []): Walk {
  const { instance } = at.subject;
  const fresh = freshVisit(instance.lastVisitNumber + 1, revision);
  const asked = at.correction !== undefined && wasAsked(instance, step);
  const visit = asked ? { ...fresh, askedFields: knownFieldsOf(step, at.known) } : fresh;
  return { ...at, left, standing: { step, visit, isNew: true }, moved: true, heldBy: undefined };
}

/** What a correction need not ask again: it counts as asked for as long as the visit lasts (3.1). */
function knownFieldsOf({ collects }: CompiledStep, known: KnownData): readonly string[] {
  return [...new Set(collects)].filter((field) => known.has(field)).sort();
}

/** Whether the step asked for a field in an earlier visit, the one that the turn found included. */
function wasAsked({ path, currentStepId, visit }: ScenarioInstance, { stepId }: CompiledStep): boolean {
  return (
    path.some((entry) => entry.asked && entry.stepId === stepId) ||
    (currentStepId === stepId && visit.askedFields.length > 0)
  );
}

function stageOf({ standing, known, heldBy }: Walk, { settings }: SelectionContext): Stage {
  const asksForCondition = heldBy !== undefined && heldBy.missing.length > 0;
  if (!standing.isNew && standing.visit.outcome === 'DECLINED') return asksForCondition ? 'condition' : 'none';
  const stage = unfinishedStage(standing, known, settings.enableStepSkipping);
  return stage === 'none' && asksForCondition ? 'condition' : stage;
}
