import type { CompiledTransition } from '../compiled-scenario';
import type { ConditionVariables, Truth } from '../conditions';
import type { SelectionContext } from '../context/selection-context';
import type { TransitionAlternative } from '../transition-decision';
import { type EvaluatedTransition, evaluateTransition, readFingerprint } from './evaluated-transition';
import { endedEarly, mayBePassedOver, type Standing, unfinishedStage } from './stage';
import { textVerdict } from './text-verdict';
import { variablesAt, type WalkPoint } from './walk-variables';

/** What a choice is made on: a step under a walk, and the steps that the walk has left. */
export interface ChoicePoint extends WalkPoint {
  readonly left: readonly { readonly stepId: string; readonly passedOver: boolean }[];
  readonly globalGuards: ReadonlyMap<string, string>;
}

/** The transition that holds a step until its data is there (3.3). */
export interface HeldBy {
  readonly transitionId: string;
  /** States outcomes (2.5). */
  readonly statesOutcomes: boolean;
  /** Fields to ask for; empty where nothing can be asked. */
  readonly missing: readonly string[];
  /** Its condition in natural language could not be judged (3.4). */
  readonly notJudged: boolean;
}

/** The first TRUE transition, or what keeps the instance where it is. */
export interface Choice {
  readonly transition: CompiledTransition | undefined;
  readonly heldBy: HeldBy | undefined;
  readonly alternatives: readonly TransitionAlternative[];
  readonly errors: readonly string[];
  /** Set where a global transition is taken. */
  readonly guard: { readonly id: string; readonly fingerprint: string } | undefined;
}

const noChoice: Choice = { transition: undefined, heldBy: undefined, alternatives: [], errors: [], guard: undefined };

/**
 * Chooses among the ANYTIME and global transitions of a step, or among its ON_COMPLETION ones, in their order: the first TRUE one
 * is taken; an UNKNOWN one holds back those below it where it is ON_COMPLETION (3.2, 3.3). So does a TRUE one that cannot be
 * followed, as its target was entered this turn: what stands below it is for when it does not hold (3.5).
 */
export function chooseTransition(
  trigger: 'anytime' | 'on_completion',
  at: ChoicePoint,
  context: SelectionContext,
): Choice {
  const { standing, subject } = at;
  const looked =
    trigger === 'anytime'
      ? anytimeAndGlobals(standing.step.anytime, subject.scenario.globals)
      : onCompletion(at, context);
  if (looked.length === 0) return noChoice;
  const variables = variablesAt(at, context);
  const alternatives: TransitionAlternative[] = [];
  const errors: string[] = [];
  let heldBy: HeldBy | undefined;
  let heldBack = '';
  for (const transition of looked) {
    const text = textVerdict(transition, subject.scenario, context);
    const refused = heldBack || refusedBecause(transition, at, variables, text);
    if (refused !== '') {
      alternatives.push(alternative(standing, transition, undefined, refused));
      continue;
    }
    const evaluated = evaluateTransition(transition, standing.visit.outcome, variables, text);
    if (evaluated.error !== '') errors.push(`${transition.id}: ${evaluated.error}`);
    if (evaluated.truth === 'TRUE' && isEntered(at, transition.targetStepId)) {
      alternatives.push(alternative(standing, transition, evaluated, wasEntered));
      heldBack = `held back by "${transition.id}"`;
      continue;
    }
    if (evaluated.truth === 'TRUE') {
      alternatives.push(alternative(standing, transition, evaluated, ''));
      const guard = transition.isGlobal
        ? { id: transition.id, fingerprint: readFingerprint(transition, variables, text) }
        : undefined;
      return { transition, heldBy: undefined, alternatives, errors, guard };
    }
    alternatives.push(alternative(standing, transition, evaluated, notTakenBecause(evaluated)));
    if (evaluated.truth === 'UNKNOWN' && trigger === 'on_completion') {
      heldBy = holding(evaluated);
      heldBack = `held back by "${transition.id}"`;
    }
  }
  return { transition: undefined, heldBy, alternatives, errors, guard: undefined };
}

function anytimeAndGlobals(
  anytime: readonly CompiledTransition[],
  globals: readonly CompiledTransition[],
): readonly CompiledTransition[] {
  if (globals.length === 0) return anytime;
  return anytime.length === 0 ? globals : [...anytime, ...globals];
}

/** None before the step is done, or ended by DECLINED or the failure of a required action (3.2). */
function onCompletion({ standing, known }: ChoicePoint, context: SelectionContext): readonly CompiledTransition[] {
  const { enableStepSkipping } = context.settings;
  const done =
    endedEarly(standing) ||
    unfinishedStage(standing, known, enableStepSkipping) === 'none' ||
    (standing.isNew && mayBePassedOver(standing, known, enableStepSkipping));
  return done ? standing.step.onCompletion : [];
}

/** Whether the walk entered the step before; none is entered twice in one turn (3.5). */
function isEntered({ left, standing }: ChoicePoint, stepId: string): boolean {
  return (
    (standing.isNew && standing.step.stepId === stepId) ||
    left.some((each) => each.passedOver && each.stepId === stepId)
  );
}

const wasEntered = 'its target was entered this turn';

/** Why it is not even evaluated; "" where it is. After DECLINED or a failure only what reads the outcome is eligible (3.2). */
function refusedBecause(
  transition: CompiledTransition,
  at: ChoicePoint,
  variables: ConditionVariables,
  text: Truth | undefined,
): string {
  if (transition.onlyNaturalLanguage && text === undefined)
    return 'its condition is in natural language and is not judged';
  const neverHolds = transition.isGlobal || transition.definition.trigger === 'ANYTIME';
  if (!neverHolds && !transition.readsOutcome && endedEarly(at.standing)) {
    return 'it does not take up how the step ended';
  }
  if (neverHolds && isEntered(at, transition.targetStepId)) return wasEntered;
  if (!transition.isGlobal) return '';
  if (transition.targetStepId === at.standing.step.stepId) return 'the instance stands at its target';
  const guard = at.globalGuards.get(transition.id);
  if (guard !== undefined && guard === readFingerprint(transition, variables, text)) {
    return 'it was taken before and nothing that it reads has changed since';
  }
  return '';
}

function holding({ transition, missing, notJudged }: EvaluatedTransition): HeldBy {
  return { transitionId: transition.id, statesOutcomes: transition.definition.outcomes.length > 0, missing, notJudged };
}

function notTakenBecause({ truth, missing, error, notJudged }: EvaluatedTransition): string {
  if (error !== '') return 'its condition failed';
  if (truth === 'FALSE') return 'it does not hold';
  if (missing.length > 0) return `it misses ${missing.join(', ')}`;
  return notJudged ? 'its condition in natural language could not be judged' : 'it misses data that is not asked for';
}

function alternative(
  { step }: Standing,
  transition: CompiledTransition,
  evaluated: EvaluatedTransition | undefined,
  notTaken: string,
): TransitionAlternative {
  return {
    transitionId: transition.id,
    sourceStepId: step.stepId,
    targetStepId: transition.targetStepId,
    truth: evaluated?.truth,
    missingFields: evaluated?.missing ?? [],
    taken: notTaken === '',
    notTakenBecause: notTaken,
  };
}
