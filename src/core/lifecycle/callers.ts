import { changeAction, getInstanceId, hasEnded, isActive, pause, type TurnInstance } from './turn-instance';
import { findInstance, replaceInstance, type TurnState } from './turn-state';

/**
 * Pauses or cancels the instances that calls started when their callers are paused or end (section 11), including nested calls. Each pass
 * changes at least one instance, so the loop ends.
 */
export function propagateToCalled(state: TurnState): TurnState {
  let current = state;
  for (;;) {
    const changed = findChangedCalled(current);
    if (!changed) return current;
    current = replaceInstance(current, changed);
  }
}

function findChangedCalled(state: TurnState): TurnInstance | undefined {
  for (const caller of state.instances) {
    const { call } = caller;
    if (!call?.hasStarted) continue;
    const called = findInstance(state, call.instanceId);
    if (!called || hasEnded(called)) continue;
    if (hasEnded(caller)) return cancelCalled(called);
    if (isPausedOnThisTurn(caller) && isActive(called)) return pause(called, 'CALLER_PAUSED');
  }
  return undefined;
}

/** Cancels an instance whose caller ended or left the step that called it (section 11). */
export function cancelCalled(called: TurnInstance): TurnInstance {
  return changeAction(called, { action: 'CANCEL', reason: 'CALLER_LEFT' });
}

export function isPausedOnThisTurn({ action, reason }: TurnInstance): boolean {
  return action === 'PAUSE' && reason !== 'STAYS_PAUSED';
}

/** Whether an instance has ended or been paused on this turn. */
export function hasEndOrPause({ instances }: Pick<TurnState, 'instances'>): boolean {
  return instances.some((instance) => hasEnded(instance) || isPausedOnThisTurn(instance));
}

/** Whether an instance waits for a call. */
export function hasCalls({ instances }: Pick<TurnState, 'instances'>): boolean {
  return instances.some(({ call }) => call !== undefined);
}

/** Finds the instances that wait for an instance. */
export function listCallers(state: Pick<TurnState, 'instances'>, called: TurnInstance): readonly TurnInstance[] {
  const id = getInstanceId(called);
  return state.instances.filter((instance) => !hasEnded(instance) && instance.call?.instanceId === id);
}

/** Finds the instance whose call started an instance. */
export function findStartingCaller(
  state: Pick<TurnState, 'instances'>,
  called: TurnInstance,
): TurnInstance | undefined {
  return listCallers(state, called).find(({ call }) => call?.hasStarted);
}

/** Lists an instance, then all instances that wait for it: its callers, their callers, and so on (section 11). */
export function listCallChain(state: Pick<TurnState, 'instances'>, instance: TurnInstance): readonly TurnInstance[] {
  const chain = [instance];
  // Iterating over a list includes the elements that are added during the iteration.
  for (const each of chain) chain.push(...listCallers(state, each).filter((caller) => !chain.includes(caller)));
  return chain;
}
