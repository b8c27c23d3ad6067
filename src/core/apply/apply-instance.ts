import type { SelectionContext } from '../context/selection-context';
import { getLastActiveAt } from '../contributions/contribution-plan';
import { getWaitsForWithoutWalk } from '../contributions/waits-for';
import { toStoredPauseReason } from '../lifecycle/pauses';
import {
  type ActiveTurnInstance,
  getInstanceId,
  type PausedTurnInstance,
  type TurnInstance,
} from '../lifecycle/turn-instance';
import type { Contribution } from '../model/contribution';
import type { ScenarioInstance } from '../model/session';
import { applyWalk } from './apply-walk';
import { closeSettledAsks, putContribution } from './put-requests';

/**
 * Returns the instances that are active or paused after the turn, in start order (section 5). `positions` are those of the requests that the
 * plan puts, by instance id.
 */
export function applyInstances(
  instances: readonly TurnInstance[],
  contributions: readonly Contribution[],
  positions: ReadonlyMap<string, number>,
  context: SelectionContext,
): readonly ScenarioInstance[] {
  const byInstance = new Map(contributions.map((contribution) => [contribution.instanceId, contribution]));
  return instances.flatMap((instance) => {
    const instanceId = getInstanceId(instance);
    const applied = applyAction(instance, byInstance.get(instanceId), positions.get(instanceId), context);
    if (!applied) return [];
    const { view, walk } = instance;
    const { declinedFields } = context.storedData;
    const closed = closeSettledAsks(
      applied,
      { scenario: view.scenario, walk },
      walk?.known ?? view.known,
      declinedFields,
    );
    return walk ? closed : { ...closed, waitsFor: getWaitsForWithoutWalk(closed) };
  });
}

/** Undefined if the instance has ended. */
function applyAction(
  instance: TurnInstance,
  contribution: Contribution | undefined,
  position: number | undefined,
  context: SelectionContext,
): ScenarioInstance | undefined {
  switch (instance.action) {
    case 'CONTINUE': {
      const continued = continueInstance(instance, context);
      return instance.walk && contribution
        ? putContribution(continued, instance.walk, contribution, position, context)
        : continued;
    }
    case 'PAUSE':
      return pauseInstance(instance, context);
    case 'COMPLETE':
    case 'CANCEL':
      return undefined;
  }
}

/** Without a walk, an open ASK or CONFIRM stays open (0.5). */
function continueInstance(active: ActiveTurnInstance, context: SelectionContext): ScenarioInstance {
  const { view, walk, resumed, call, isResumeOffered } = active;
  const { occurredAt } = context.turn;
  const lastActiveAt = getLastActiveAt(active, occurredAt);
  const instance = walk ? applyWalk(walk, lastActiveAt, context) : view.instance;
  if (!resumed) return { ...instance, lastActiveAt, call, isResumeOffered };
  return {
    ...instance,
    status: 'ACTIVE',
    lastActiveAt,
    activeSince: occurredAt,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    resumePolicy: undefined,
    displacedByInstanceIds: [],
    call,
    isResumeOffered,
  };
}

function pauseInstance(paused: PausedTurnInstance, { turn, turnCount, settings }: SelectionContext): ScenarioInstance {
  const { view, reason, call, isResumeOffered, displacedByInstanceIds } = paused;
  const { instance } = view;
  const lastActiveAt = getLastActiveAt(paused, turn.occurredAt);
  if (reason === 'STAYS_PAUSED') return { ...instance, lastActiveAt, call, isResumeOffered };
  const pauseReason = toStoredPauseReason(reason);
  return {
    ...instance,
    status: 'PAUSED',
    lastActiveAt,
    pausedAt: turn.occurredAt,
    pauseReason,
    pausedAtTurnCount: turnCount,
    resumePolicy: pauseReason === 'USER_REQUEST' ? settings.resumePolicy : undefined,
    displacedByInstanceIds,
    call,
    isResumeOffered,
  };
}
