import type { WhenDisplaced } from '../model/scenario';
import type { ActiveInstance } from './active-set';
import { propagateToCalled } from './callers';
import { changeAction, getInstanceId, isActive, pause, type TurnInstance } from './turn-instance';
import { type TurnState, updateInstances } from './turn-state';

/** What displacement does to an instance (2.9). */
const displacementActions: Readonly<
  Record<WhenDisplaced, (instance: TurnInstance, displacedByInstanceIds: readonly string[]) => TurnInstance>
> = {
  PAUSE: (instance, displacedByInstanceIds) => pause(instance, 'PREEMPTED', displacedByInstanceIds),
  CANCEL: (instance, displacedByInstanceIds) =>
    changeAction(instance, { action: 'CANCEL', reason: 'PREEMPTED' }, { displacedByInstanceIds }),
};

/** Pauses or cancels the active instances that a start or resume displaces, with what their calls started (2.9, section 11). */
export function displace(
  state: TurnState,
  displaced: readonly Pick<ActiveInstance, 'instanceId'>[],
  displacingId: string,
): TurnState {
  if (displaced.length === 0) return state;
  const displacedIds = displaced.map(({ instanceId }) => instanceId);
  const remaining = updateInstances(state, (instance) => {
    if (!isActive(instance) || !displacedIds.includes(getInstanceId(instance))) return instance;
    const whenDisplaced = instance.view.scenario?.definition.whenDisplaced ?? 'PAUSE';
    return displacementActions[whenDisplaced](instance, [displacingId]);
  });
  return propagateToCalled(remaining);
}
