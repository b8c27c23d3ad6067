import type { InstanceView } from '../context/instance-view';
import { wasPaused } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { findActionUnderWay, toVisitState } from '../context/visit-state';
import type { Condition } from '../conditions';
import type { IdleAction } from '../model/scenario';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { findRecoveryStep } from '../steps/recovery';
import { toStepVariables } from '../steps/step-conditions';
import { walkInstance, type Walk } from '../steps/walk';
import { createWalkInput } from '../steps/walk-input';
import { getRequestedEnding, isFinished, isRestarted } from './completion';
import { createTurnInstance, type DecidedAction, type TurnInstance } from './turn-instance';
import { hasWalkCause } from './walk-causes';

/** What the rules know about an existing instance whose scenario exists. */
interface RuleInput {
  readonly view: InstanceView;
  readonly scenario: CompiledScenario;
  /** Undefined if the version does not have the step; the instance is then paused. */
  readonly step: CompiledStep | undefined;
  /** The walk of an instance whose rules depend on it: at a terminal step, or after a DECLINED or a call that did not succeed. */
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
  const isConcerned = context.turn.trigger === 'MESSAGE' || (isPaused ? view.hasOutcome : hasWalkCause(view, context));
  const walk = isConcerned && step && dependsOnWalk(view, step) ? expectWalk(view, scenario, step, context) : undefined;
  const input: RuleInput = { view, scenario, step, walk, context, conditionErrors: [] };
  const { conditionErrors } = input;
  const details = { expectedWalk: walk, conditionErrors };
  if (walk && isRestartedAtEnd(input, walk)) {
    return createTurnInstance(view, finish(step), { conditionErrors, restarts: true });
  }
  const end = evaluateCompletion(input) ?? evaluateCancel(input) ?? evaluateDeclined(input);
  if (end) return createTurnInstance(view, end, { conditionErrors });
  if (isPaused) return createTurnInstance(view, { action: 'PAUSE', reason: 'STAYS_PAUSED' }, details);
  if (view.signals.hasPause) return createTurnInstance(view, { action: 'PAUSE', reason: 'USER_REQUEST' }, { conditionErrors, isResumeOffered: false });
  if (isIdle(input)) return createTurnInstance(view, idleActions[scenario.definition.idleAction], { conditionErrors, isResumeOffered: false });
  return isConcerned
    ? createTurnInstance(view, { action: 'CONTINUE', reason: 'GOES_ON' }, details)
    : createTurnInstance(view, { action: 'CONTINUE', reason: 'QUIET' }, { conditionErrors, shouldWalk: false });
}

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

function dependsOnWalk(view: InstanceView, step: CompiledStep): boolean {
  return step.isTerminal || hasFailed(view) !== undefined;
}

function expectWalk(
  view: InstanceView,
  scenario: CompiledScenario,
  step: CompiledStep,
  context: SelectionContext,
): Walk {
  return walkInstance(createWalkInput(view, scenario, step), context);
}

function finish(step: CompiledStep | undefined): DecidedAction {
  return { action: 'COMPLETE', reason: 'TERMINAL', ending: step?.ending ?? 'SUCCEEDED' };
}

/** 2.3c, restart: the values of this turn belong to the new run, so a correction or a transition does not count. */
function isRestartedAtEnd({ view, scenario, step, context }: RuleInput, walk: Walk): boolean {
  return step?.isTerminal === true && isRestarted(view, scenario, context) && isFinished(view, walk, context);
}

/** 2.3: finished at a terminal step, then the `completion_condition`, then a COMPLETE signal. */
function evaluateCompletion(input: RuleInput): DecidedAction | undefined {
  const { view, scenario, step, walk, context } = input;
  if (walk && step?.isTerminal && !walk.hasMoved && isFinished(view, walk, context)) return finish(step);
  if (isTrue('completion_condition', scenario.completionCondition, input)) {
    return { action: 'COMPLETE', reason: 'CONDITION', ending: 'SUCCEEDED' };
  }
  if (!view.signals.hasComplete) return undefined;
  return { action: 'COMPLETE', reason: 'USER_REQUEST', ending: getRequestedEnding(view, scenario) };
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
  const position = { step, visit: view.instance.visit, isNewVisit: false };
  const variables = toStepVariables({ input: view, position, known: view.known, clearedFields: [] }, context);
  const { truth, error } = condition.evaluate(variables);
  if (error) conditionErrors.push(`${name}: ${error}`);
  return truth === 'TRUE';
}

/** 2.5: DECLINED or a call that did not succeed, and nothing handles it. */
function evaluateDeclined({ view, walk }: RuleInput): DecidedAction | undefined {
  const reason = hasFailed(view);
  return reason && walk && !isHandled(walk) ? { action: 'CANCEL', reason } : undefined;
}

/** Returns why the step would end the instance if no transition handles its outcome (2.5). */
function hasFailed({
  instance: { visit },
  hasDeclinedConfirm,
  changesUsedValue,
}: InstanceView): 'DECLINED' | 'CALL_FAILED' | 'CALL_CANCELLED' | undefined {
  if (hasDeclinedConfirm) return changesUsedValue ? undefined : 'DECLINED';
  return visit.outcome === 'CALL_FAILED' || visit.outcome === 'CALL_CANCELLED' ? visit.outcome : undefined;
}

/** Whether a transition is TRUE, or UNKNOWN and stating `outcomes`, so that a DECLINED or failure does not end the instance (2.5). */
export function isHandled({ hasMoved, blockingTransition }: Walk): boolean {
  return hasMoved || (blockingTransition?.hasOutcomes ?? false);
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
