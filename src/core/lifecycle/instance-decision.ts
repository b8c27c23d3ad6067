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
import { toStepVariables } from '../steps/step-conditions';
import type { Walk } from '../steps/walk';

/** An action for an existing instance with one of the reasons for that action. */
export type DecidedAction =
  | { readonly action: 'CONTINUE'; readonly reason: ContinueReason }
  | { readonly action: 'PAUSE'; readonly reason: PauseCause | 'STAYS_PAUSED' }
  | { readonly action: 'COMPLETE'; readonly reason: CompleteReason }
  | { readonly action: 'CANCEL'; readonly reason: CancelReason };

interface DecisionDetails {
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

/** The decision about an existing instance. P6.3 can still replace a CONTINUE with a LOOP pause or a relocalization (2.8). */
export type InstanceDecision = DecidedAction & DecisionDetails & { readonly view: InstanceView };

/** The decision about an instance that is active after the turn. */
export type ContinueDecision = Extract<InstanceDecision, { readonly action: 'CONTINUE' }>;
/** The decision about an instance that is paused after the turn. */
export type PauseDecision = Extract<InstanceDecision, { readonly action: 'PAUSE' }>;
/** The decision about an instance that ends on this turn. */
export type EndDecision = Extract<InstanceDecision, { readonly action: 'COMPLETE' | 'CANCEL' }>;

export function createDecision(
  view: InstanceView,
  decidedAction: DecidedAction,
  {
    shouldWalk = decidedAction.action === 'CONTINUE',
    resumed = false,
    staysPausedBecause,
    displacedByInstanceIds = [],
    conditionErrors = [],
  }: Partial<DecisionDetails> = {},
): InstanceDecision {
  return { view, ...decidedAction, shouldWalk, resumed, staysPausedBecause, displacedByInstanceIds, conditionErrors };
}

/** Replaces the decision about an instance. Errors of evaluated conditions are kept. */
export function overrideDecision(
  { view, conditionErrors }: InstanceDecision,
  decidedAction: DecidedAction,
  details: Partial<DecisionDetails> = {},
): InstanceDecision {
  return createDecision(view, decidedAction, { conditionErrors, ...details });
}

export function isActive(decision: InstanceDecision): decision is ContinueDecision {
  return decision.action === 'CONTINUE';
}

const endsInstance: Readonly<Record<InstanceDecision['action'], boolean>> = {
  CONTINUE: false,
  PAUSE: false,
  COMPLETE: true,
  CANCEL: true,
};

export function hasEnded(decision: InstanceDecision): decision is EndDecision {
  return endsInstance[decision.action];
}

/** Returns the walk of an existing instance; undefined if its scenario or step no longer exists. */
export type GetWalk = (view: InstanceView) => Walk | undefined;

/**
 * Applies the first of the rules 2.1 to 2.7 that holds, else 2.10. For a paused instance, only 2.1, 2.3 and 2.4 are evaluated; if none of
 * them holds, the instance stays paused until resumes are decided. On a turn without a message and without an outcome for the instance,
 * only 2.1, 2.2 and 2.7 are evaluated, and the instance does not walk (0.5).
 */
export function evaluateLifecycleRules(
  view: InstanceView,
  context: SelectionContext,
  getWalk: GetWalk,
): InstanceDecision {
  const { scenario, step, signals } = view;
  if (!scenario) return createDecision(view, { action: 'CANCEL', reason: 'SCENARIO_NOT_FOUND' });
  const isPaused = wasPaused(view);
  if (!step && !isPaused) return evaluateMissingStep(view, scenario, context);
  const isFullyEvaluated = context.turn.trigger === 'MESSAGE' || view.hasOutcome;
  if (isFullyEvaluated && isFinishedAtTerminalStep(view, context, getWalk)) {
    return createDecision(view, { action: 'COMPLETE', reason: 'TERMINAL' });
  }
  const completion = isFullyEvaluated ? evaluateCompletionCondition(view, scenario, context) : notEvaluated;
  if (completion.isTrue) return createDecision(view, { action: 'COMPLETE', reason: 'CONDITION' });
  const details = { conditionErrors: completion.errors };
  if (isFullyEvaluated && signals.hasComplete) {
    return createDecision(view, { action: 'COMPLETE', reason: 'USER_REQUEST' }, details);
  }
  if (isFullyEvaluated && signals.hasCancel) {
    return createDecision(view, { action: 'CANCEL', reason: 'USER_REQUEST' }, details);
  }
  if (isPaused) return createDecision(view, { action: 'PAUSE', reason: 'STAYS_PAUSED' }, details);
  if (isFullyEvaluated && isDeclined(view, getWalk)) {
    return createDecision(view, { action: 'CANCEL', reason: 'DECLINED' }, details);
  }
  if (isFullyEvaluated && signals.hasPause) {
    return createDecision(view, { action: 'PAUSE', reason: 'USER_REQUEST' }, details);
  }
  if (isIdle(view, scenario, context)) {
    return createDecision(view, { action: scenario.definition.idleAction, reason: 'IDLE' }, details);
  }
  return isFullyEvaluated
    ? createDecision(view, { action: 'CONTINUE', reason: 'GOES_ON' }, details)
    : createDecision(view, { action: 'CONTINUE', reason: 'QUIET' }, { shouldWalk: false });
}

/** 2.2: the current step is not in the scenario's version. */
function evaluateMissingStep(
  view: InstanceView,
  scenario: CompiledScenario,
  { settings }: Pick<SelectionContext, 'settings'>,
): InstanceDecision {
  return findRecoveryStep(view.instance, scenario, [], settings)
    ? createDecision(view, { action: 'CONTINUE', reason: 'RELOCALIZED' })
    : createDecision(view, { action: 'CANCEL', reason: 'STEP_NOT_FOUND' });
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
  view: InstanceView,
  { completionCondition }: CompiledScenario,
  context: SelectionContext,
): CompletionEvaluation {
  const { step } = view;
  if (!completionCondition || !step) return notEvaluated;
  const position = { step, visit: view.instance.visit, isNewVisit: false };
  const variables = toStepVariables({ input: view, position, known: view.known, clearedFields: [] }, context);
  const { truth, error } = completionCondition.evaluate(variables);
  return { isTrue: truth === 'TRUE', errors: error ? [`completion_condition: ${error}`] : [] };
}

/** 2.5: DECLINED, and no transition or correction handles it. */
function isDeclined(view: InstanceView, getWalk: GetWalk): boolean {
  if (view.instance.visit.outcome !== 'DECLINED' || view.correctedFields.length > 0) return false;
  const walk = getWalk(view);
  return walk !== undefined && !walk.hasMoved && !walk.blockingTransition?.hasOutcomes;
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
