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
import { putContribution } from './put-requests';

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
  const remaining: ScenarioInstance[] = [];
  for (const instance of instances) {
    switch (instance.action) {
      case 'CONTINUE': {
        const instanceId = getInstanceId(instance);
        const continued = continueInstance(instance, context);
        const contribution = byInstance.get(instanceId);
        remaining.push(
          instance.walk && contribution
            ? putContribution(continued, instance.walk, contribution, positions.get(instanceId), context)
            : { ...continued, waitsFor: getWaitsForWithoutWalk(continued) },
        );
        break;
      }
      case 'PAUSE':
        remaining.push(pauseInstance(instance, context));
        break;
      case 'COMPLETE':
      case 'CANCEL':
        break;
    }
  }
  return remaining;
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
  const waitsFor = getWaitsForWithoutWalk(instance);
  if (reason === 'STAYS_PAUSED') return { ...instance, lastActiveAt, call, isResumeOffered, waitsFor };
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
    waitsFor,
  };
}
