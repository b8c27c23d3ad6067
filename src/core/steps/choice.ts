import type { ConditionVariables } from '../conditions';
import type { SelectionContext } from '../context/selection-context';
import type { TransitionAlternative } from '../model/transition-decision';
import type { Truth } from '../model/truth';
import type { CompiledTransition } from '../scenario/compiled-scenario';
import { findUnfinishedStage, hasEndedEarly, isSkippable, type StepPosition } from './stage';
import { evaluateTextCondition } from './text-condition';
import { computeReadFingerprint, evaluateTransition, type TransitionEvaluation } from './transition-evaluation';
import { toWalkVariables, type WalkPosition } from './walk-variables';

/** What a choice is made on: a step under a walk, and the steps that the walk has left. */
export interface ChoiceInput extends WalkPosition {
  readonly traversedSteps: readonly { readonly stepId: string; readonly isIntermediate: boolean }[];
  readonly globalGuards: ReadonlyMap<string, string>;
}

/** The transition that holds a step until its data is there (3.3). */
export interface BlockingTransition {
  readonly transitionId: string;
  /** States outcomes (2.5). */
  readonly statesOutcomes: boolean;
  /** Fields to ask for; empty where nothing can be asked. */
  readonly missingFields: readonly string[];
  /** Its condition in natural language could not be judged (3.4). */
  readonly isTextUnknown: boolean;
}

/** The first TRUE transition, or what keeps the instance where it is. */
export interface TransitionChoice {
  readonly transition: CompiledTransition | undefined;
  readonly blockingTransition: BlockingTransition | undefined;
  readonly alternatives: readonly TransitionAlternative[];
  readonly conditionErrors: readonly string[];
  /** Set where a global transition is taken. */
  readonly guard: { readonly id: string; readonly fingerprint: string } | undefined;
}

const noChoice: TransitionChoice = {
  transition: undefined,
  blockingTransition: undefined,
  alternatives: [],
  conditionErrors: [],
  guard: undefined,
};

/**
 * Chooses among the ANYTIME and global transitions of a step, or among its ON_COMPLETION ones, in their order: the first TRUE one
 * is taken; an UNKNOWN one holds back those below it where it is ON_COMPLETION (3.2, 3.3). So does a TRUE one that cannot be
 * followed, as its target was entered this turn: what stands below it is for when it does not hold (3.5).
 */
export function chooseTransition(
  trigger: 'anytime' | 'on_completion',
  at: ChoiceInput,
  context: SelectionContext,
): TransitionChoice {
  const { position: standing, input: subject } = at;
  const looked =
    trigger === 'anytime'
      ? anytimeAndGlobals(standing.step.anytimeTransitions, subject.scenario.globalTransitions)
      : onCompletion(at, context);
  if (looked.length === 0) return noChoice;
  const variables = toWalkVariables(at, context);
  const alternatives: TransitionAlternative[] = [];
  const errors: string[] = [];
  let heldBy: BlockingTransition | undefined;
  let heldBack = '';
  for (const transition of looked) {
    const text = evaluateTextCondition(transition, subject.scenario, context);
    const refused = heldBack || refusedBecause(transition, at, variables, text);
    if (refused !== '') {
      alternatives.push(alternative(standing, transition, undefined, refused));
      continue;
    }
    const evaluated = evaluateTransition(transition, standing.visit.outcome, variables, text);
    if (evaluated.conditionError !== '') errors.push(`${transition.id}: ${evaluated.conditionError}`);
    if (evaluated.truth === 'TRUE' && isEntered(at, transition.targetStepId)) {
      alternatives.push(alternative(standing, transition, evaluated, wasEntered));
      heldBack = `held back by "${transition.id}"`;
      continue;
    }
    if (evaluated.truth === 'TRUE') {
      alternatives.push(alternative(standing, transition, evaluated, ''));
      const guard = transition.isGlobal
        ? { id: transition.id, fingerprint: computeReadFingerprint(transition, variables, text) }
        : undefined;
      return { transition, blockingTransition: undefined, alternatives, conditionErrors: errors, guard };
    }
    alternatives.push(alternative(standing, transition, evaluated, notTakenBecause(evaluated)));
    if (evaluated.truth === 'UNKNOWN' && trigger === 'on_completion') {
      heldBy = holding(evaluated);
      heldBack = `held back by "${transition.id}"`;
    }
  }
  return { transition: undefined, blockingTransition: heldBy, alternatives, conditionErrors: errors, guard: undefined };
}

function anytimeAndGlobals(
  anytime: readonly CompiledTransition[],
  globals: readonly CompiledTransition[],
): readonly CompiledTransition[] {
  if (globals.length === 0) return anytime;
  return anytime.length === 0 ? globals : [...anytime, ...globals];
}

/** None before the step is done, or ended by DECLINED or the failure of a required action (3.2). */
function onCompletion(
  { position: standing, known }: ChoiceInput,
  context: SelectionContext,
): readonly CompiledTransition[] {
  const { enableStepSkipping } = context.settings;
  const done =
    hasEndedEarly(standing) ||
    findUnfinishedStage(standing, known, enableStepSkipping) === 'none' ||
    (standing.isNewVisit && isSkippable(standing, known, enableStepSkipping));
  return done ? standing.step.completionTransitions : [];
}

/** Whether the walk entered the step before; none is entered twice in one turn (3.5). */
function isEntered({ traversedSteps: left, position: standing }: ChoiceInput, stepId: string): boolean {
  return (
    (standing.isNewVisit && standing.step.stepId === stepId) ||
    left.some((each) => each.isIntermediate && each.stepId === stepId)
  );
}

const wasEntered = 'its target was entered this turn';

/** Why it is not even evaluated; "" where it is. After DECLINED or a failure only what reads the outcome is eligible (3.2). */
function refusedBecause(
  transition: CompiledTransition,
  at: ChoiceInput,
  variables: ConditionVariables,
  text: Truth | undefined,
): string {
  if (transition.isNaturalLanguageOnly && text === undefined)
    return 'its condition is in natural language and is not judged';
  const neverHolds = transition.isGlobal || transition.definition.trigger === 'ANYTIME';
  if (!neverHolds && !transition.readsOutcome && hasEndedEarly(at.position)) {
    return 'it does not take up how the step ended';
  }
  if (neverHolds && isEntered(at, transition.targetStepId)) return wasEntered;
  if (!transition.isGlobal) return '';
  if (transition.targetStepId === at.position.step.stepId) return 'the instance stands at its target';
  const guard = at.globalGuards.get(transition.id);
  if (guard !== undefined && guard === computeReadFingerprint(transition, variables, text)) {
    return 'it was taken before and nothing that it reads has changed since';
  }
  return '';
}

function holding({
  transition,
  missingFields: missing,
  isTextUnknown: notJudged,
}: TransitionEvaluation): BlockingTransition {
  return {
    transitionId: transition.id,
    statesOutcomes: transition.definition.outcomes.length > 0,
    missingFields: missing,
    isTextUnknown: notJudged,
  };
}

function notTakenBecause({
  truth,
  missingFields: missing,
  conditionError: error,
  isTextUnknown: notJudged,
}: TransitionEvaluation): string {
  if (error !== '') return 'its condition failed';
  if (truth === 'FALSE') return 'it does not hold';
  if (missing.length > 0) return `it misses ${missing.join(', ')}`;
  return notJudged ? 'its condition in natural language could not be judged' : 'it misses data that is not asked for';
}

function alternative(
  { step }: StepPosition,
  transition: CompiledTransition,
  evaluated: TransitionEvaluation | undefined,
  notTaken: string,
): TransitionAlternative {
  return {
    transitionId: transition.id,
    sourceStepId: step.stepId,
    targetStepId: transition.targetStepId,
    truth: evaluated?.truth,
    missingFields: evaluated?.missingFields ?? [],
    taken: notTaken === '',
    notTakenBecause: notTaken,
  };
}
