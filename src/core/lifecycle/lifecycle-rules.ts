import type { InstanceView } from '../context/instance-view';
import { wasPaused } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { findRecoveryStep } from '../steps/recovery';
import { findUnfinishedStage } from '../steps/stage';
import { toConditionVariables } from '../steps/step-conditions';
import type { Walk } from '../steps/walk';
import { createOutcome, type InstanceOutcome } from './instance-outcome';

/** The walk that an existing instance would make; undefined where its scenario or step is gone. */
export type GetWalk = (view: InstanceView) => Walk | undefined;

/**
 * The first of the rules 2.1 to 2.7 that holds for an instance, else 2.10; for a paused one 2.1, 2.3 and 2.4, else it stays paused
 * for now. On a turn without a message only an instance that an outcome is about is looked at whole; of the others only 2.1, 2.2
 * and 2.7 are evaluated, and they do not move (0.5).
 */
export function evaluateLifecycleRules(
  view: InstanceView,
  context: SelectionContext,
  walkOf: GetWalk,
): InstanceOutcome {
  const { scenario, step, signals } = view;
  if (!scenario) return createOutcome(view, 'CANCEL', 'SCENARIO_NOT_FOUND');
  const paused = wasPaused(view);
  if (!step && !paused) return stepNotFound(view, scenario, context);
  const whole = context.turn.trigger === 'MESSAGE' || view.hasOutcome;
  if (whole && isTerminalAndDone(view, context, walkOf)) return createOutcome(view, 'COMPLETE', 'TERMINAL');
  const { truth, errors } = whole ? completionCondition(view, scenario, context) : notEvaluated;
  if (truth) return createOutcome(view, 'COMPLETE', 'CONDITION');
  const details = { conditionErrors: errors };
  if (whole && signals.hasComplete) return createOutcome(view, 'COMPLETE', 'USER_REQUEST', details);
  if (whole && signals.hasCancel) return createOutcome(view, 'CANCEL', 'USER_REQUEST', details);
  if (paused) return createOutcome(view, 'PAUSE', 'STAYS_PAUSED', details);
  if (whole && isDeclinedForGood(view, walkOf)) return createOutcome(view, 'CANCEL', 'DECLINED', details);
  if (whole && signals.hasPause) return createOutcome(view, 'PAUSE', 'USER_REQUEST', details);
  if (isIdle(view, scenario, context)) return createOutcome(view, scenario.definition.idleAction, 'IDLE', details);
  return whole
    ? createOutcome(view, 'CONTINUE', 'GOES_ON', details)
    : createOutcome(view, 'CONTINUE', 'QUIET', { shouldWalk: false });
}

/** 2.2: the step is not in the scenario's version. */
function stepNotFound(view: InstanceView, scenario: CompiledScenario, { settings }: SelectionContext): InstanceOutcome {
  return findRecoveryStep(view.instance, scenario, [], settings)
    ? createOutcome(view, 'CONTINUE', 'RELOCALIZED')
    : createOutcome(view, 'CANCEL', 'STEP_NOT_FOUND');
}

function isTerminalAndDone(view: InstanceView, { settings }: SelectionContext, walkOf: GetWalk): boolean {
  if (!view.step?.isTerminal) return false;
  const walk = walkOf(view);
  if (!walk || walk.hasMoved) return false;
  return findUnfinishedStage(walk.position, walk.known, settings.enableStepSkipping) === 'none';
}

/** Whether the instance stands at a finished terminal step that only a correction of this turn would make it leave (2.3, 3.9). */
export function isFinishedExceptCorrection(
  view: InstanceView,
  { settings }: SelectionContext,
  walkOf: GetWalk,
): boolean {
  const { step, instance, known } = view;
  if (!step?.isTerminal || !walkOf(view)?.correction) return false;
  return findUnfinishedStage({ step, visit: instance.visit }, known, settings.enableStepSkipping) === 'none';
}

interface Completion {
  readonly truth: boolean;
  readonly errors: readonly string[];
}

const notEvaluated: Completion = { truth: false, errors: [] };

/** Whether the scenario's `completion_condition` holds (2.3). */
function completionCondition(
  { step, instance, known, changedFields: changed, signals }: InstanceView,
  { completionCondition: condition }: CompiledScenario,
  context: SelectionContext,
): Completion {
  if (!condition || !step) return notEvaluated;
  const visits =
    instance.path.filter(({ stepId, visitNumber }) => stepId === step.stepId && visitNumber > 0).length + 1;
  const { truth, error } = condition.evaluate(
    toConditionVariables(context, {
      known,
      instanceVariables: instance.variables,
      signals,
      changedFields: changed,
      outcome: instance.visit.outcome,
      visits,
      attempts: instance.visit.attempts,
    }),
  );
  return { truth: truth === 'TRUE', errors: error ? [`completion_condition: ${error}`] : [] };
}

/** 2.7: longer than the scenario's `idle_timeout`, and not addressed. */
function isIdle(
  { isAddressed: addressed, instance }: InstanceView,
  { definition }: CompiledScenario,
  { turn }: SelectionContext,
): boolean {
  const { idleTimeoutMs } = definition;
  return idleTimeoutMs !== undefined && !addressed && turn.occurredAt - instance.lastActiveAt > idleTimeoutMs;
}

/** 2.5: DECLINED, and neither a transition nor a correction takes it up. */
function isDeclinedForGood(view: InstanceView, walkOf: GetWalk): boolean {
  if (view.instance.visit.outcome !== 'DECLINED' || view.correctedFields.length > 0) return false;
  const walk = walkOf(view);
  return walk !== undefined && !walk.hasMoved && !walk.blockingTransition?.statesOutcomes;
}
