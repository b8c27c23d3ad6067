import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { ScenarioChoice } from '../model/contribution';
import { type Walk, walkInstance } from '../steps/walk';
import { toWalkInput } from '../steps/walk-input';
import {
  evaluateLifecycleRules,
  type GetWalk,
  type InstanceDecision,
  isActive,
  isFinishedExceptCorrection,
  overrideDecision,
} from './instance-decision';
import { applyAutomaticResumes, pauseDisplaced, resume } from './pauses';
import type { RejectedStart, ScenarioStart } from './start-candidates';
import { type StartSelection, selectStarts } from './start-selection';

/** The result of P6.2: the decision about every instance before the walks, and the starts (0.7, steps 6 to 9). */
export interface LifecyclePhase {
  /** One for every instance, in start order. */
  readonly decisions: readonly InstanceDecision[];
  /** In start order. */
  readonly starts: readonly ScenarioStart[];
  /** In the order of evaluation. */
  readonly rejected: readonly RejectedStart[];
  /** The scenarios of a CHOICE, in start order (1.5). */
  readonly choices: readonly ScenarioChoice[];
  /** Returns the walk of an instance. Each walk is computed at most once. */
  readonly getWalk: GetWalk;
}

/** Decides about the instances and candidates of a turn. Pure. */
export function decideLifecycle(context: SelectionContext): LifecyclePhase {
  const getWalk = memoizeWalks(context);
  const evaluatedDecisions = context.views.map((view) => evaluateLifecycleRules(view, context, getWalk));
  const { selection, choices } = selectStarts(context, evaluatedDecisions);
  const { starts, rejected, activeSet } = selection;
  const selectedDecisions = pauseDisplaced(
    evaluatedDecisions.map((decision) => applyNamedResume(decision, selection)),
    selection.displacements,
  );
  const addressesAnyInstance = context.hasAddressedInstance || starts.length > 0;
  const resumes = applyAutomaticResumes(context, selectedDecisions, { activeSet, addressesAnyInstance });
  let decisions = pauseDisplaced(resumes.decisions, resumes.displacements);
  if (context.turn.trigger === 'MESSAGE' && addressesAnyInstance) {
    decisions = decisions.map((decision) => applyWhenNotAddressed(decision, context, getWalk));
  }
  if (starts.length > 0) decisions = decisions.map(withoutAttempt);
  return { decisions, starts, rejected, choices, getWalk };
}

function applyNamedResume(
  decision: InstanceDecision,
  { resumedInstanceIds, resumeRejections }: StartSelection,
): InstanceDecision {
  const { instanceId } = decision.view.instance;
  if (resumedInstanceIds.has(instanceId)) return resume(decision);
  const staysPausedBecause = resumeRejections.get(instanceId);
  return staysPausedBecause ? { ...decision, staysPausedBecause } : decision;
}

/**
 * Applies `when_not_addressed` to an active instance on a MESSAGE turn that addresses other instances (0.5, 2.9). If only a correction
 * keeps an instance at a finished terminal step from completing, the instance completes, because the correction does not move the instance
 * on this turn (2.3).
 */
function applyWhenNotAddressed(
  decision: InstanceDecision,
  context: SelectionContext,
  getWalk: GetWalk,
): InstanceDecision {
  const { view, reason, resumed } = decision;
  if (!isActive(decision) || !view.scenario || view.isAddressed || reason === 'RELOCALIZED') return decision;
  const { whenNotAddressed } = view.scenario.definition;
  if (whenNotAddressed !== 'CONTRIBUTE' && isFinishedExceptCorrection(view, context, getWalk)) {
    return overrideDecision(decision, { action: 'COMPLETE', reason: 'TERMINAL' });
  }
  switch (whenNotAddressed) {
    case 'CONTRIBUTE':
      return decision;
    case 'PAUSE':
      return overrideDecision(decision, { action: 'PAUSE', reason: 'INTERRUPTED' });
    case 'QUIET':
      return { ...decision, shouldWalk: false, reason: resumed ? 'RESUMED' : 'QUIET' };
  }
}

/** Removes the attempt that this turn counted for an instance: a turn that starts a scenario is not an attempt (3.6). */
function withoutAttempt(decision: InstanceDecision): InstanceDecision {
  const { view } = decision;
  if (!view.hasCountedAttempt) return decision;
  const { visit } = view.instance;
  const instance = { ...view.instance, visit: { ...visit, attempts: visit.attempts - 1 } };
  return { ...decision, view: { ...view, hasCountedAttempt: false, instance } };
}

function memoizeWalks(context: SelectionContext): GetWalk {
  const walks = new Map<InstanceView, Walk>();
  return (view) => {
    const cached = walks.get(view);
    if (cached) return cached;
    const input = toWalkInput(view);
    if (!input) return undefined;
    const walk = walkInstance(input, context);
    walks.set(view, walk);
    return walk;
  };
}
