import type { SelectionContext } from '../context/selection-context';
import { hasCalls, listCallChain, propagateToCalled } from './callers';
import { listStartBlockers } from './start-tests';
import { type ActiveTurnInstance, changeAction, isActive, isNew, pause, type TurnInstance } from './turn-instance';
import { type TurnState, updateInstances } from './turn-state';

/** Whether the turn addresses the instance (0.5). What an addressed caller waits for is addressed with it. */
export function isAddressed(instance: TurnInstance, state: Pick<TurnState, 'instances'>): boolean {
  if (instance.view.isAddressed) return true;
  return hasCalls(state) && listCallChain(state, instance).some(({ view }) => view.isAddressed);
}

/** Whether `when_not_addressed` decides about an instance: it is active, the turn does not address it, and it blocks no start (0.5, 2.9). */
function isAffectedByWhenNotAddressed(instance: TurnInstance, state: TurnState): instance is ActiveTurnInstance {
  if (!isActive(instance) || instance.walk || instance.reason === 'RELOCALIZED' || isAddressed(instance, state))
    return false;
  return !(isStartBlocked(state) && listStartBlockers(state.instances).includes(instance));
}

/** Whether a step with `blocks_starts` rejected a start, or a resume by name, on this turn. */
function isStartBlocked({ rejected, instances }: TurnState): boolean {
  for (const { rejection } of rejected.values()) if (rejection.reason === 'START_BLOCKED') return true;
  return instances.some(({ staysPausedBecause, view }) => staysPausedBecause === 'START_BLOCKED' && view.isNamed);
}

/** Whether 2.9 would interrupt the instance if it were active while an addressed instance is active (2.11). */
export function wouldBeInterrupted(instance: TurnInstance, state: TurnState): boolean {
  return (
    instance.view.scenario?.definition.whenNotAddressed === 'PAUSE' && !isNew(instance) && !isAddressed(instance, state)
  );
}

/** Whether an instance that the turn addresses or starts is active (2.9). */
export function isAddressedActive({ instances }: TurnState): boolean {
  return instances.some((instance) => isActive(instance) && instance.view.isAddressed);
}

/** Returns the active instances that 2.9 interrupts if an addressed instance becomes active. */
export function listInterrupted(state: TurnState): readonly TurnInstance[] {
  return state.instances.filter(
    (instance) => isAffectedByWhenNotAddressed(instance, state) && wouldBeInterrupted(instance, state),
  );
}

/**
 * Applies `when_not_addressed` to the active instances that a MESSAGE turn does not address while it addresses or starts others (0.5, 2.9).
 * Instances that have walked are not concerned.
 */
export function applyWhenNotAddressed(state: TurnState, { turn }: Pick<SelectionContext, 'turn'>): TurnState {
  if (turn.trigger !== 'MESSAGE' || !state.instances.some(({ view }) => view.isAddressed)) return state;
  const canInterrupt = isAddressedActive(state);
  const changed = updateInstances(state, (instance) => {
    if (!isAffectedByWhenNotAddressed(instance, state)) return instance;
    switch (instance.view.scenario?.definition.whenNotAddressed ?? 'QUIET') {
      case 'CONTRIBUTE':
        return instance;
      case 'PAUSE':
        return completeDespiteCorrection(instance) ?? (canInterrupt ? interrupt(instance) : silence(instance));
      case 'QUIET':
        return completeDespiteCorrection(instance) ?? silence(instance);
    }
  });
  return propagateToCalled(changed);
}

/**
 * Completes an instance at a finished terminal step that only a correction of this turn would move (2.3c). The turn does not address the
 * instance, so the correction does not move it.
 */
function completeDespiteCorrection(instance: ActiveTurnInstance): TurnInstance | undefined {
  const { view, expectedWalk } = instance;
  if (!view.step?.isTerminal || !expectedWalk?.correction) return undefined;
  return changeAction(instance, { action: 'COMPLETE', reason: 'TERMINAL', ending: view.step.ending });
}

/** An instance that has just resumed is silent instead: it would be interrupted again on every turn. */
function interrupt(instance: ActiveTurnInstance): TurnInstance {
  return isNew(instance) ? silence(instance) : pause(instance, 'INTERRUPTED');
}

/** The instance stays active, but does not walk and contributes NONE (0.5). */
function silence(instance: ActiveTurnInstance): TurnInstance {
  return { ...instance, shouldWalk: false, reason: instance.resumed ? 'RESUMED' : 'QUIET' };
}
