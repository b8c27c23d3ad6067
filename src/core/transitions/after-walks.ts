import type { SelectionContext } from '../context/selection-context';
import { listCallers } from '../lifecycle/callers';
import { decideChoices } from '../lifecycle/choices';
import { changeAction, isActive, type TurnInstance } from '../lifecycle/turn-instance';
import { findInstanceOf, type TurnState, updateInstances } from '../lifecycle/turn-state';
import { hasEndedEarly } from '../steps/stage-need';
import type { Walk } from '../steps/walk-state';

/**
 * Completes the instances whose walk ended at a terminal step without transitions and with nothing left to contribute (2.3d). A called instance
 * completes even if an INFORM is left: its caller carries the templates (section 11).
 */
export function completeSilently(state: TurnState): TurnState {
  return updateInstances(state, (instance) => {
    const { walk } = instance;
    if (!isActive(instance) || !walk || !isAtEnd(walk)) return instance;
    const canEnd =
      walk.need.kind === 'none' || (walk.need.kind === 'inform' && listCallers(state, instance).length > 0);
    if (!canEnd) return instance;
    return changeAction(instance, { action: 'COMPLETE', reason: 'TERMINAL', ending: walk.position.step.ending });
  });
}

function isAtEnd({ position }: Walk): boolean {
  const { isTerminal, anytimeTransitions, completionTransitions } = position.step;
  return isTerminal && anytimeTransitions.length + completionTransitions.length === 0 && !hasEndedEarly(position);
}

/** Lets the instances walk whose deferred contribution has become free, although the turn does not concern them (0.5, 4.2). */
export function activateFreed(state: TurnState, context: SelectionContext): TurnState {
  return updateInstances(state, (instance) =>
    isActive(instance) && !instance.shouldWalk && !instance.walk && isDeferredFree(instance, state, context)
      ? { ...instance, shouldWalk: true, reason: instance.resumed ? 'RESUMED' : 'GOES_ON' }
      : instance,
  );
}

/** Whether the contribution of an instance was deferred, and its rival is gone (4.2). */
function isDeferredFree({ view }: TurnInstance, state: TurnState, context: SelectionContext): boolean {
  const rivalId = view.instance.deferredBehindScenarioId;
  if (rivalId === '' || isOffered(rivalId, state, context)) return false;
  const rival = findInstanceOf(state, rivalId);
  return !rival || !isActive(rival) || !asksCustomer(rival);
}

/** Whether a CHOICE with this one option stays open. It counts as a CONFIRM of its scenario (1.5). */
function isOffered(scenarioId: string, state: TurnState, context: SelectionContext): boolean {
  return decideChoices(state, context).choices.some(
    ({ status, scenarioIds }) => status === 'OPEN' && scenarioIds.length === 1 && scenarioIds.includes(scenarioId),
  );
}

/** Whether the instance asks or confirms on this turn, or still waits for an answer. */
function asksCustomer({ view, walk }: TurnInstance): boolean {
  if (walk) return walk.need.kind === 'ask' || walk.need.kind === 'confirm';
  return view.instance.requests.some(({ kind, status }) => status === 'OPEN' && (kind === 'ASK' || kind === 'CONFIRM'));
}
