import type { Condition } from '../conditions';
import type { InstanceView } from '../context/instance-view';
import { wasPaused } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { findActionUnderWay, toVisitState } from '../context/visit-state';
import type { IdleAction } from '../model/scenario';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { findRecoveryStep } from '../steps/recovery';
import { toStepVariables } from '../steps/step-conditions';
import { walkInstance } from '../steps/walk';
import { createWalkInput } from '../steps/walk-input';
import type { Walk } from '../steps/walk-state';
import { getRequestedEnding, isAtFinishedEnd, isRestarted } from './completion';
import { createTurnInstance, type DecidedAction, type TurnInstance } from './turn-instance';

/** The input of the rules for an existing instance whose scenario exists. */
interface RuleInput {
  readonly view: InstanceView;
  readonly scenario: CompiledScenario;
  /** Undefined if the version does not have the step; the instance is then paused. */
  readonly step: CompiledStep | undefined;
  /** The instance is at a terminal step with all stages finished, and the turn can complete it (2.3c). */
  readonly isAtEnd: boolean;
  /** The walk of an instance that ends unless its walk moves it. */
  readonly walk: Walk | undefined;
  readonly context: SelectionContext;
  /** Collects the errors of the conditions that are evaluated. */
  readonly conditionErrors: string[];
}

/**
 * Applies the first of the rules 2.1 to 2.7 that holds, else 2.10. For a paused instance, 2.1, 2.3, 2.4 and 2.5 are evaluated; if none of
 * them holds, the instance stays paused until resumes are decided. On a turn without a message, an instance that it does not concern does not
 * walk, and 2.3c and 2.5 are not evaluated for it (0.5).
 */
export function evaluateLifecycleRules(view: InstanceView, context: SelectionContext): TurnInstance {
  const { scenario, step } = view;
  if (!scenario) return createTurnInstance(view, { action: 'CANCEL', reason: 'SCENARIO_NOT_FOUND' });
  const isPaused = wasPaused(view);
  if (!step && !isPaused) return evaluateMissingStep(view, scenario, context);
  const isMessage = context.turn.trigger === 'MESSAGE';
  const isConcerned = isMessage || (isPaused ? view.hasOutcome : view.isConcerned);
  const isAtEnd =
    step !== undefined && (isMessage || view.hasOutcome) && isAtFinishedEnd(view, scenario, step, context);
  if (isAtEnd && isRestarted(view, scenario, context)) {
    return createTurnInstance(view, finish(step), { isRestarting: true });
  }
  const canEnd = isAtEnd || (isConcerned && getFailure(view) !== undefined);
  const walk = canEnd && step ? walkInstance(createWalkInput(view, scenario, step), context) : undefined;
  const input: RuleInput = { view, scenario, step, isAtEnd, walk, context, conditionErrors: [] };
  const action = evaluateEnd(input) ?? (isPaused ? staysPaused : evaluatePause(input));
  const { conditionErrors } = input;
  if (action) return createTurnInstance(view, action, { conditionErrors, expectedWalk: walk });
  return isConcerned
    ? createTurnInstance(view, { action: 'CONTINUE', reason: 'GOES_ON' }, { conditionErrors, expectedWalk: walk })
    : createTurnInstance(view, { action: 'CONTINUE', reason: 'QUIET' }, { conditionErrors, shouldWalk: false });
}

const staysPaused: DecidedAction = { action: 'PAUSE', reason: 'STAYS_PAUSED' };

/** 2.2: the current step is not in the scenario's version. */
function evaluateMissingStep(
  view: InstanceView,
  scenario: CompiledScenario,
  { settings }: Pick<SelectionContext, 'settings'>,
): TurnInstance {
  return findRecoveryStep(view.instance, scenario, [], settings)
    ? createTurnInstance(view, { action: 'CONTINUE', reason: 'RELOCALIZED' })
    : createTurnInstance(view, { action: 'CANCEL', reason: 'STEP_NOT_FOUND' });
}

/** Rules 2.3 to 2.5. */
function evaluateEnd(input: RuleInput): DecidedAction | undefined {
  return evaluateCompletion(input) ?? evaluateCancel(input) ?? evaluateFailure(input);
}

/** 2.3: finished at a terminal step, then the `completion_condition`, then a COMPLETE signal. */
function evaluateCompletion(input: RuleInput): DecidedAction | undefined {
  const { view, scenario, step, isAtEnd, walk } = input;
  if (isAtEnd && walk && !walk.hasMoved) return finish(step);
  if (isTrue('completion_condition', scenario.completionCondition, input)) {
    return { action: 'COMPLETE', reason: 'CONDITION', ending: 'SUCCEEDED' };
  }
  if (!view.signals.hasComplete) return undefined;
  return { action: 'COMPLETE', reason: 'USER_REQUEST', ending: getRequestedEnding(view, scenario) };
}

function finish(step: CompiledStep | undefined): DecidedAction {
  return { action: 'COMPLETE', reason: 'TERMINAL', ending: step?.ending ?? 'SUCCEEDED' };
}

/** 2.4: a CANCEL reaches the instance, or its `cancel_condition` is TRUE. */
function evaluateCancel(input: RuleInput): DecidedAction | undefined {
  if (input.view.signals.hasCancel) return { action: 'CANCEL', reason: 'USER_REQUEST' };
  return isTrue('cancel_condition', input.scenario.cancelCondition, input)
    ? { action: 'CANCEL', reason: 'CONDITION' }
    : undefined;
}

function isTrue(
  name: 'completion_condition' | 'cancel_condition',
  condition: Condition | undefined,
  { view, step, context, conditionErrors }: RuleInput,
): boolean {
  if (!condition || !step) return false;
  const { visit, attempts, attemptsTotal } = view.instance;
  const position = { step, visit, isNewVisit: false };
  const state = { input: view, position, known: view.known, clearedFields: [], attempts, attemptsTotal };
  const { truth, error } = condition.evaluate(toStepVariables(state, context), context.allowance);
  if (error) conditionErrors.push(`${name}: ${error}`);
  return truth === 'TRUE';
}

/** 2.5: DECLINED or a call that did not succeed, and nothing handles it. */
function evaluateFailure({ view, walk }: RuleInput): DecidedAction | undefined {
  const reason = getFailure(view);
  return reason && walk && !isHandled(walk) ? { action: 'CANCEL', reason } : undefined;
}

/** Returns why the instance ends if no transition handles the outcome of its step (2.5). */
function getFailure({
  instance: { visit },
  hasDeclined,
  changesUsedValue,
}: InstanceView): 'DECLINED' | 'CALL_FAILED' | 'CALL_CANCELLED' | undefined {
  if (hasDeclined) return changesUsedValue ? undefined : 'DECLINED';
  return visit.outcome === 'CALL_FAILED' || visit.outcome === 'CALL_CANCELLED' ? visit.outcome : undefined;
}

/** Whether a transition is TRUE, or UNKNOWN and stating `outcomes`, so that a DECLINED or failure does not end the instance (2.5). */
export function isHandled({ hasMoved, blockingTransition }: Walk): boolean {
  return hasMoved || (blockingTransition?.hasOutcomes ?? false);
}

/** 2.6, then 2.7. */
function evaluatePause(input: RuleInput): DecidedAction | undefined {
  if (input.view.signals.hasPause) return { action: 'PAUSE', reason: 'USER_REQUEST' };
  return isIdle(input) ? idleActions[input.scenario.definition.idleAction] : undefined;
}

const idleActions: Readonly<Record<IdleAction, DecidedAction>> = {
  PAUSE: { action: 'PAUSE', reason: 'IDLE' },
  CANCEL: { action: 'CANCEL', reason: 'IDLE' },
};

/**
 * 2.7: the customer has been silent for longer than `idle_timeout`, also since the instance became active, and no action or call is under
 * way. A message pauses no instance, because the customer has returned; it cancels one that it does not address.
 */
function isIdle({ view, scenario: { definition }, step, context }: RuleInput): boolean {
  const { instance, isAddressed, hasOutcome } = view;
  const { turn, session } = context;
  const { idleTimeoutMs, idleAction } = definition;
  if (idleTimeoutMs === undefined || isAddressed || hasOutcome || instance.call) return false;
  if (turn.trigger === 'MESSAGE' && idleAction === 'PAUSE') return false;
  if (step && findActionUnderWay(toVisitState(instance, step))) return false;
  return turn.occurredAt - Math.max(session.lastMessageAt, instance.activeSince) > idleTimeoutMs;
}
