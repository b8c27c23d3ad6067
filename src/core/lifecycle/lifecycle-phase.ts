import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { ScenarioChoice } from '../model/contribution';
import { type Walk, walkInstance } from '../steps/walk';
import { toWalkInput } from '../steps/walk-input';
import {
  evaluateLifecycleRules,
  type GetWalk,
  type InstanceOutcome,
  isActive,
  isFinishedExceptCorrection,
  overrideOutcome,
} from './instance-outcome';
import { applyAutomaticResumes, pauseDisplaced, resume } from './pauses';
import type { RejectedStart, ScenarioStart } from './start-candidates';
import { type StartSelection, selectStarts } from './start-selection';

/** The result of P6.2: the outcome of every instance before the walks, and the starts (0.7, steps 6 to 9). */
export interface LifecyclePhase {
  /** One for every instance, in start order. */
  readonly outcomes: readonly InstanceOutcome[];
  /** In start order. */
  readonly starts: readonly ScenarioStart[];
  /** In the order of evaluation. */
  readonly rejected: readonly RejectedStart[];
  /** The scenarios of a CHOICE, in start order (1.5). */
  readonly choices: readonly ScenarioChoice[];
  /** Returns the walk of an instance. Walks that the rules needed are not computed again. */
  readonly getWalk: GetWalk;
}

/** Decides the outcome of the instances and candidates of a turn. Pure. */
export function decideLifecycle(context: SelectionContext): LifecyclePhase {
  const getWalk = memoizeWalks(context);
  const evaluated = context.views.map((view) => evaluateLifecycleRules(view, context, getWalk));
  const { selection, choices } = selectStarts(context, evaluated);
  const { starts, rejected, activeSet } = selection;
  const selected = pauseDisplaced(
    evaluated.map((outcome) => applyNamedResume(outcome, selection)),
    selection.displacements,
  );
  const addressesAnyInstance = context.hasAddressedInstance || starts.length > 0;
  const resumes = applyAutomaticResumes(context, selected, { activeSet, addressesAnyInstance });
  let outcomes = pauseDisplaced(resumes.outcomes, resumes.displacements);
  if (context.turn.trigger === 'MESSAGE' && addressesAnyInstance) {
    outcomes = outcomes.map((outcome) => applyWhenNotAddressed(outcome, context, getWalk));
  }
  if (starts.length > 0) outcomes = outcomes.map(withoutAttempt);
  return { outcomes, starts, rejected, choices, getWalk };
}

function applyNamedResume(
  outcome: InstanceOutcome,
  { resumedInstanceIds, resumeRejections }: StartSelection,
): InstanceOutcome {
  const { instanceId } = outcome.view.instance;
  if (resumedInstanceIds.has(instanceId)) return resume(outcome);
  const staysPausedBecause = resumeRejections.get(instanceId);
  return staysPausedBecause ? { ...outcome, staysPausedBecause } : outcome;
}

/**
 * Applies `when_not_addressed` to an active instance on a MESSAGE turn that addresses other instances (0.5, 2.9). An instance at a
 * finished terminal step that only a correction keeps from completing completes, because the correction does not move it now (2.3).
 */
function applyWhenNotAddressed(outcome: InstanceOutcome, context: SelectionContext, getWalk: GetWalk): InstanceOutcome {
  const { view, reason, resumed } = outcome;
  if (!isActive(outcome) || !view.scenario || view.isAddressed || reason === 'RELOCALIZED') return outcome;
  const { whenNotAddressed } = view.scenario.definition;
  if (whenNotAddressed !== 'CONTRIBUTE' && isFinishedExceptCorrection(view, context, getWalk)) {
    return overrideOutcome(outcome, { action: 'COMPLETE', reason: 'TERMINAL' });
  }
  switch (whenNotAddressed) {
    case 'CONTRIBUTE':
      return outcome;
    case 'PAUSE':
      return overrideOutcome(outcome, { action: 'PAUSE', reason: 'INTERRUPTED' });
    case 'QUIET':
      return { ...outcome, shouldWalk: false, reason: resumed ? 'RESUMED' : 'QUIET' };
  }
}

/** Takes back the attempt of an instance: a turn that starts a scenario is no attempt (3.6). */
function withoutAttempt(outcome: InstanceOutcome): InstanceOutcome {
  const { view } = outcome;
  if (!view.hasCountedAttempt) return outcome;
  const { visit } = view.instance;
  const instance = { ...view.instance, visit: { ...visit, attempts: visit.attempts - 1 } };
  return { ...outcome, view: { ...view, hasCountedAttempt: false, instance } };
}

function memoizeWalks(context: SelectionContext): GetWalk {
  const walks = new Map<InstanceView, Walk>();
  return (view) => {
    const known = walks.get(view);
    if (known) return known;
    const input = toWalkInput(view);
    if (!input) return undefined;
    const walk = walkInstance(input, context);
    walks.set(view, walk);
    return walk;
  };
}
