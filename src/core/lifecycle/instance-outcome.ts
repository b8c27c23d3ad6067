import type { InstanceView } from '../context/instance-view';
import { wasPaused } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type {
  CancelReason,
  CompleteReason,
  ContinueReason,
  PauseCause,
  RejectionReason,
} from '../model/lifecycle-decision';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { findRecoveryStep } from '../steps/recovery';
import { findUnfinishedStage } from '../steps/stage';
import { toConditionVariables } from '../steps/step-conditions';
import type { Walk } from '../steps/walk';

/** An action for an existing instance with a reason that belongs to it. */
export type OutcomeDecision =
  | { readonly action: 'CONTINUE'; readonly reason: ContinueReason }
  | { readonly action: 'PAUSE'; readonly reason: PauseCause | 'STAYS_PAUSED' }
  | { readonly action: 'COMPLETE'; readonly reason: CompleteReason }
  | { readonly action: 'CANCEL'; readonly reason: CancelReason };

interface OutcomeDetails {
  /** CONTINUE only: the instance walks and contributes. */
  readonly shouldWalk: boolean;
  /** CONTINUE only: the instance was paused before the turn. */
  readonly resumed: boolean;
  /** STAYS_PAUSED only: why a resume that was due failed. */
  readonly staysPausedBecause: RejectionReason | undefined;
  /** PREEMPTED only: the instances that displaced it. */
  readonly displacedByInstanceIds: readonly string[];
  /** Errors of the conditions that were evaluated for the instance. */
  readonly conditionErrors: readonly string[];
}

/** The decision about an existing instance. P6.3 can still replace a CONTINUE by a LOOP pause or a relocalization (2.8). */
export type InstanceOutcome = OutcomeDecision & OutcomeDetails & { readonly view: InstanceView };

/** The outcome of an instance that is active after the turn. */
export type ActiveOutcome = Extract<InstanceOutcome, { readonly action: 'CONTINUE' }>;
/** The outcome of an instance that is paused after the turn. */
export type PauseOutcome = Extract<InstanceOutcome, { readonly action: 'PAUSE' }>;
/** The outcome of an instance that ends on this turn. */
export type EndedOutcome = Extract<InstanceOutcome, { readonly action: 'COMPLETE' | 'CANCEL' }>;

export function createOutcome(
  view: InstanceView,
  decision: OutcomeDecision,
  {
    shouldWalk = decision.action === 'CONTINUE',
    resumed = false,
    staysPausedBecause,
    displacedByInstanceIds = [],
    conditionErrors = [],
  }: Partial<OutcomeDetails> = {},
): InstanceOutcome {
  return { view, ...decision, shouldWalk, resumed, staysPausedBecause, displacedByInstanceIds, conditionErrors };
}

/** Replaces the decision about an instance. Errors of evaluated conditions are kept. */
export function overrideOutcome(
  { view, conditionErrors }: InstanceOutcome,
  decision: OutcomeDecision,
  details: Partial<OutcomeDetails> = {},
): InstanceOutcome {
  return createOutcome(view, decision, { conditionErrors, ...details });
}

export function isActive(outcome: InstanceOutcome): outcome is ActiveOutcome {
  return outcome.action === 'CONTINUE';
}

const endsInstance: Readonly<Record<InstanceOutcome['action'], boolean>> = {
  CONTINUE: false,
  PAUSE: false,
  COMPLETE: true,
  CANCEL: true,
};

export function hasEnded(outcome: InstanceOutcome): outcome is EndedOutcome {
  return endsInstance[outcome.action];
}

/** Returns the walk of an existing instance; undefined if its scenario or step no longer exists. */
export type GetWalk = (view: InstanceView) => Walk | undefined;

/**
 * Applies the first of the rules 2.1 to 2.7 that holds, else 2.10. For a paused instance, only 2.1, 2.3 and 2.4 are evaluated; if none
 * of them holds, it stays paused for now. On a turn without a message and without an outcome for the instance, only 2.1, 2.2 and 2.7
 * are evaluated, and the instance does not walk (0.5).
 */
export function evaluateLifecycleRules(
  view: InstanceView,
  context: SelectionContext,
  getWalk: GetWalk,
): InstanceOutcome {
  const { scenario, step, signals } = view;
  if (!scenario) return createOutcome(view, { action: 'CANCEL', reason: 'SCENARIO_NOT_FOUND' });
  const isPaused = wasPaused(view);
  if (!step && !isPaused) return evaluateMissingStep(view, scenario, context);
  const isFullyEvaluated = context.turn.trigger === 'MESSAGE' || view.hasOutcome;
  if (isFullyEvaluated && isFinishedAtTerminalStep(view, context, getWalk)) {
    return createOutcome(view, { action: 'COMPLETE', reason: 'TERMINAL' });
  }
  const completion = isFullyEvaluated ? evaluateCompletionCondition(view, scenario, context) : notEvaluated;
  if (completion.isTrue) return createOutcome(view, { action: 'COMPLETE', reason: 'CONDITION' });
  const details = { conditionErrors: completion.errors };
  if (isFullyEvaluated && signals.hasComplete) {
    return createOutcome(view, { action: 'COMPLETE', reason: 'USER_REQUEST' }, details);
  }
  if (isFullyEvaluated && signals.hasCancel) {
    return createOutcome(view, { action: 'CANCEL', reason: 'USER_REQUEST' }, details);
  }
  if (isPaused) return createOutcome(view, { action: 'PAUSE', reason: 'STAYS_PAUSED' }, details);
  if (isFullyEvaluated && isDeclined(view, getWalk)) {
    return createOutcome(view, { action: 'CANCEL', reason: 'DECLINED' }, details);
  }
  if (isFullyEvaluated && signals.hasPause) {
    return createOutcome(view, { action: 'PAUSE', reason: 'USER_REQUEST' }, details);
  }
  if (isIdle(view, scenario, context)) {
    return createOutcome(view, { action: scenario.definition.idleAction, reason: 'IDLE' }, details);
  }
  return isFullyEvaluated
    ? createOutcome(view, { action: 'CONTINUE', reason: 'GOES_ON' }, details)
    : createOutcome(view, { action: 'CONTINUE', reason: 'QUIET' }, { shouldWalk: false });
}

/** 2.2: the current step is not in the scenario's version. */
function evaluateMissingStep(
  view: InstanceView,
  scenario: CompiledScenario,
  { settings }: Pick<SelectionContext, 'settings'>,
): InstanceOutcome {
  return findRecoveryStep(view.instance, scenario, [], settings)
    ? createOutcome(view, { action: 'CONTINUE', reason: 'RELOCALIZED' })
    : createOutcome(view, { action: 'CANCEL', reason: 'STEP_NOT_FOUND' });
}

/** 2.3: a terminal step with all stages finished, which no transition or correction leaves on this turn. */
function isFinishedAtTerminalStep(
  view: InstanceView,
  { settings }: Pick<SelectionContext, 'settings'>,
  getWalk: GetWalk,
): boolean {
  if (!view.step?.isTerminal) return false;
  const walk = getWalk(view);
  if (!walk || walk.hasMoved) return false;
  return findUnfinishedStage(walk.position, walk.known, settings.enableStepSkipping) === 'none';
}

/** Whether the instance is at a finished terminal step that it leaves on this turn only because of a correction (2.3, 3.9). */
export function isFinishedExceptCorrection(
  view: InstanceView,
  { settings }: Pick<SelectionContext, 'settings'>,
  getWalk: GetWalk,
): boolean {
  const { step, instance, known } = view;
  if (!step?.isTerminal || !getWalk(view)?.correction) return false;
  return findUnfinishedStage({ step, visit: instance.visit }, known, settings.enableStepSkipping) === 'none';
}

interface CompletionEvaluation {
  readonly isTrue: boolean;
  readonly errors: readonly string[];
}

const notEvaluated: CompletionEvaluation = { isTrue: false, errors: [] };

/** 2.3: the scenario's `completion_condition`. */
function evaluateCompletionCondition(
  { step, instance, known, changedFields, signals }: InstanceView,
  { completionCondition }: CompiledScenario,
  context: SelectionContext,
): CompletionEvaluation {
  if (!completionCondition || !step) return notEvaluated;
  const earlierVisits = instance.path.filter(({ stepId, visitNumber }) => stepId === step.stepId && visitNumber > 0);
  const { truth, error } = completionCondition.evaluate(
    toConditionVariables(context, {
      known,
      instanceVariables: instance.variables,
      signals,
      changedFields,
      outcome: instance.visit.outcome,
      visits: earlierVisits.length + 1,
      attempts: instance.visit.attempts,
    }),
  );
  return { isTrue: truth === 'TRUE', errors: error ? [`completion_condition: ${error}`] : [] };
}

/** 2.5: DECLINED, and no transition or correction handles it. */
function isDeclined(view: InstanceView, getWalk: GetWalk): boolean {
  if (view.instance.visit.outcome !== 'DECLINED' || view.correctedFields.length > 0) return false;
  const walk = getWalk(view);
  return walk !== undefined && !walk.hasMoved && !walk.blockingTransition?.statesOutcomes;
}

/** 2.7: inactive for longer than the scenario's `idle_timeout`, and not addressed. */
function isIdle(
  { isAddressed, instance }: InstanceView,
  { definition }: CompiledScenario,
  { turn }: Pick<SelectionContext, 'turn'>,
): boolean {
  const { idleTimeoutMs } = definition;
  return idleTimeoutMs !== undefined && !isAddressed && turn.occurredAt - instance.lastActiveAt > idleTimeoutMs;
}
