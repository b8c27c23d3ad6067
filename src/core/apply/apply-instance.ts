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
import type { Walk } from '../steps/walk-state';
import { applyWalk } from './apply-walk';
import { closeSettledAsks, putContribution } from './put-requests';

/**
 * Returns the instances that are active or paused after the turn, in start order (section 5). `putOrder` lists the instances whose requests
 * the plan puts.
 */
export function applyInstances(
  instances: readonly TurnInstance[],
  contributions: readonly Contribution[],
  putOrder: readonly string[],
  context: SelectionContext,
): readonly ScenarioInstance[] {
  const applied: ScenarioInstance[] = [];
  for (const instance of instances) {
    const id = getInstanceId(instance);
    const contribution = contributions.find(({ instanceId }) => instanceId === id);
    const after = applyAction(instance, contribution, putOrder.indexOf(id), context);
    if (after) applied.push(after);
  }
  return applied;
}

/** Undefined if the instance has ended. */
function applyAction(
  instance: TurnInstance,
  contribution: Contribution | undefined,
  position: number,
  context: SelectionContext,
): ScenarioInstance | undefined {
  switch (instance.action) {
    case 'CONTINUE':
      return instance.walk && contribution
        ? applyActiveWalk(instance, instance.walk, contribution, position, context)
        : updateWithoutWalk(continueInstance(instance, context), instance, context);
    case 'PAUSE':
      return updateWithoutWalk(pauseInstance(instance, context), instance, context);
    case 'COMPLETE':
    case 'CANCEL':
      return undefined;
  }
}

/** Updates an instance that walked, with what the plan puts for it. */
function applyActiveWalk(
  active: ActiveTurnInstance,
  walk: Walk,
  contribution: Contribution,
  position: number,
  context: SelectionContext,
): ScenarioInstance {
  const put = putContribution(walk, contribution, position, context);
  const lastActiveAt = getLastActiveAt(active, context.turn.occurredAt);
  return applyWalk(walk, put, { lastActiveAt, call: active.call }, context);
}

/** Updates an instance that did not walk: its open requests and what it waits for. */
function updateWithoutWalk(
  instance: ScenarioInstance,
  { view }: TurnInstance,
  { storedData: { declinedFields } }: SelectionContext,
): ScenarioInstance {
  const requests = closeSettledAsks(instance, { scenario: view.scenario, walk: undefined }, view.known, declinedFields);
  const closed = requests === instance.requests ? instance : { ...instance, requests };
  const waitsFor = getWaitsForWithoutWalk(closed);
  return waitsFor === closed.waitsFor ? closed : { ...closed, waitsFor };
}

/** Without a walk, an open ASK or CONFIRM stays open (0.5). */
function continueInstance(active: ActiveTurnInstance, { turn }: SelectionContext): ScenarioInstance {
  const { view, call } = active;
  const { instance } = view;
  const lastActiveAt = getLastActiveAt(active, turn.occurredAt);
  const isUnchanged = lastActiveAt === instance.lastActiveAt && call === instance.call;
  return isUnchanged ? instance : { ...instance, lastActiveAt, call };
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
