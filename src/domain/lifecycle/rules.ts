import type { CompiledScenario } from '../compiled-scenario';
import type { InstanceView } from '../context/instance-view';
import { wasPaused } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { conditionVariables } from '../transitions/condition-scope';
import { recoveryStep } from '../transitions/relocalization';
import { unfinishedStage } from '../transitions/stage';
import type { Walk } from '../transitions/walk';
import { type Fate, fate } from './fate';

/** The walk that an existing instance would make; undefined where its scenario or step is gone. */
export type WalkOf = (view: InstanceView) => Walk | undefined;

/**
 * The first of the rules 2.1 to 2.7 that holds for an instance, else 2.10; for a paused one 2.1, 2.3 and 2.4, else it stays paused
 * for now. On a turn without a message only an instance that an outcome is about is looked at whole; of the others only 2.1, 2.2
 * and 2.7 are evaluated, and they do not move (0.5).
 */
export function fateByRules(view: InstanceView, context: SelectionContext, walkOf: WalkOf): Fate {
  const { scenario, step, signals } = view;
  if (!scenario) return fate(view, 'CANCEL', 'SCENARIO_NOT_FOUND');
  const paused = wasPaused(view);
  if (!step && !paused) return stepNotFound(view, scenario, context);
  const whole = context.turn.trigger === 'MESSAGE' || view.hasOutcome;
  if (whole && isTerminalAndDone(view, context, walkOf)) return fate(view, 'COMPLETE', 'TERMINAL');
  const { truth, errors } = whole ? completionCondition(view, scenario, context) : notEvaluated;
  if (truth) return fate(view, 'COMPLETE', 'CONDITION');
  const details = { conditionErrors: errors };
  if (whole && signals.complete) return fate(view, 'COMPLETE', 'USER_REQUEST', details);
  if (whole && signals.cancel) return fate(view, 'CANCEL', 'USER_REQUEST', details);
  if (paused) return fate(view, 'PAUSE', 'STAYS_PAUSED', details);
  if (whole && isDeclinedForGood(view, walkOf)) return fate(view, 'CANCEL', 'DECLINED', details);
  if (whole && signals.pause) return fate(view, 'PAUSE', 'USER_REQUEST', details);
  if (isIdle(view, scenario, context)) return fate(view, scenario.definition.idleAction, 'IDLE', details);
  return whole ? fate(view, 'CONTINUE', 'GOES_ON', details) : fate(view, 'CONTINUE', 'QUIET', { moves: false });
}

/** 2.2: the step is not in the scenario's version. */
function stepNotFound(view: InstanceView, scenario: CompiledScenario, { settings }: SelectionContext): Fate {
  return recoveryStep(view.instance, scenario, [], settings)
    ? fate(view, 'CONTINUE', 'RELOCALIZED')
    : fate(view, 'CANCEL', 'STEP_NOT_FOUND');
}

function isTerminalAndDone(view: InstanceView, { settings }: SelectionContext, walkOf: WalkOf): boolean {
  if (!view.step?.isTerminal) return false;
  const walk = walkOf(view);
  if (!walk || walk.moved) return false;
  return unfinishedStage(walk.standing, walk.known, settings.enableStepSkipping) === 'none';
}

/** Whether the instance stands at a finished terminal step that only a correction of this turn would make it leave (2.3, 3.9). */
export function isDoneButForCorrection(view: InstanceView, { settings }: SelectionContext, walkOf: WalkOf): boolean {
  const { step, instance, known } = view;
  if (!step?.isTerminal || !walkOf(view)?.correction) return false;
  return unfinishedStage({ step, visit: instance.visit }, known, settings.enableStepSkipping) === 'none';
}

interface Completion {
  readonly truth: boolean;
  readonly errors: readonly string[];
}

const notEvaluated: Completion = { truth: false, errors: [] };

/** Whether the scenario's `completion_condition` holds (2.3). */
function completionCondition(
  { step, instance, known, changed, signals }: InstanceView,
  { completionCondition: condition }: CompiledScenario,
  context: SelectionContext,
): Completion {
  if (!condition || !step) return notEvaluated;
  const visits =
    instance.path.filter(({ stepId, visitNumber }) => stepId === step.stepId && visitNumber > 0).length + 1;
  const { truth, error } = condition.evaluate(
    conditionVariables(context, {
      known,
      instanceVariables: instance.variables,
      signals,
      changed,
      outcome: instance.visit.outcome,
      visits,
      attempts: instance.visit.attempts,
    }),
  );
  return { truth: truth === 'TRUE', errors: error ? [`completion_condition: ${error}`] : [] };
}

/** 2.7: longer than the scenario's `idle_timeout`, and not addressed. */
function isIdle(
  { addressed, instance }: InstanceView,
  { definition }: CompiledScenario,
  { turn }: SelectionContext,
): boolean {
  const { idleTimeoutMs } = definition;
  return idleTimeoutMs !== undefined && !addressed && turn.occurredAt - instance.lastActiveAt > idleTimeoutMs;
}

/** 2.5: DECLINED, and neither a transition nor a correction takes it up. */
function isDeclinedForGood(view: InstanceView, walkOf: WalkOf): boolean {
  if (view.instance.visit.outcome !== 'DECLINED' || view.corrected.length > 0) return false;
  const walk = walkOf(view);
  return walk !== undefined && !walk.moved && !walk.heldBy?.statesOutcomes;
}
