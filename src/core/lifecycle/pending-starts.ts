import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import type { RejectionReason, StartOrigin } from '../model/lifecycle-decision';
import type { PendingStart } from '../model/session';
import type { RejectedStart, StartCandidate } from './scenario-start';
import { isPendingStartCanceled, isPendingStartDropped, pendingEffects } from './start-candidates';
import { getScenarioId, isActive, isNew } from './turn-instance';
import type { TurnState } from './turn-state';

/**
 * Returns the starts that are pending after the turn, in the order of their rejection (2.14). A pending start begins with
 * `pending_start_turns` turns left, and the count restarts when a candidate names the scenario again. Each further MESSAGE turn at whose end
 * its blocker is gone uses one turn. A start, a resume or a CANCEL drops the pending start.
 */
export function decidePendingStarts(state: TurnState, context: SelectionContext): readonly PendingStart[] {
  const { session, settings } = context;
  if (session.pendingStarts.length === 0 && state.rejected.size === 0) return session.pendingStarts;
  const kept: PendingStart[] = [];
  for (const pending of session.pendingStarts) {
    const remaining = updatePendingStart(pending, state, context);
    if (remaining) kept.push(remaining);
  }
  const added: PendingStart[] = [];
  for (const { candidate, rejection } of state.rejected.values()) {
    if (kept.some(({ scenarioId }) => scenarioId === candidate.scenarioId)) continue;
    if (shouldBecomePending({ candidate, rejection }, state, context))
      added.push(createPendingStart(candidate, rejection.reason, context));
  }
  if (kept.length === 0 && added.length === 0) return none;
  const pendingIds = new Set([...kept, ...added].map(({ scenarioId }) => scenarioId));
  const counted = kept.map((pending) => countTurn(pending, pendingIds, state, context));
  return settings.pendingStartTurns === 0 ? [] : [...counted, ...added].filter(({ turnsLeft }) => turnsLeft > 0);
}

const none: readonly PendingStart[] = [];

/** Updates a pending start before its turn is counted; undefined if it is dropped. */
function updatePendingStart(
  pending: PendingStart,
  state: TurnState,
  context: SelectionContext,
): PendingStart | undefined {
  const { scenarioId } = pending;
  const hasBegun = state.instances.some((instance) => isNew(instance) && getScenarioId(instance) === scenarioId);
  if (hasBegun || isPendingStartCanceled(scenarioId, context)) return undefined;
  const rejectedStart = state.rejected.get(scenarioId);
  const isNamedAgain = rejectedStart !== undefined && isNamed(rejectedStart.candidate, context);
  if (!isNamedAgain && isPendingStartDropped(scenarioId, context, state)) return undefined;
  if (!rejectedStart) return pending;
  const { candidate, rejection } = rejectedStart;
  if (pendingEffects[rejection.reason] === 'DROP') return undefined;
  return isNamedAgain
    ? createPendingStart(candidate, rejection.reason, context)
    : { ...pending, reason: rejection.reason };
}

/** Whether a rejected candidate becomes pending (2.14). */
function shouldBecomePending(
  { candidate, rejection }: RejectedStart,
  state: TurnState,
  context: SelectionContext,
): boolean {
  if (candidate.origin === 'CALLED' || pendingEffects[rejection.reason] !== 'RETRY') return false;
  if (isPendingStartCanceled(candidate.scenarioId, context)) return false;
  if (isPendingStartDropped(candidate.scenarioId, context, state) && !isNamed(candidate, context)) return false;
  if (candidate.origin === 'AIMED') return true;
  if (rejection.reason === 'START_BLOCKED') return !isBlockerAnswered(rejection.blockingScenarioIds ?? [], context);
  return !rejection.hasLostToRival;
}

/** Whether the turn answers the request of an instance that blocks starts: the customer continues with that instance (2.14). */
function isBlockerAnswered(blockingScenarioIds: readonly string[], { views }: SelectionContext): boolean {
  return views.some(
    ({ hasAnsweredRequest, instance }) => hasAnsweredRequest && blockingScenarioIds.includes(instance.scenarioId),
  );
}

/**
 * Counts a MESSAGE turn. The turn that begins or restarts the count does not count, and neither does a turn at whose end the blocker
 * remains.
 */
function countTurn(
  pending: PendingStart,
  pendingIds: ReadonlySet<string>,
  state: TurnState,
  context: SelectionContext,
): PendingStart {
  if (context.turn.trigger !== 'MESSAGE') return pending;
  const rejectedStart = state.rejected.get(pending.scenarioId);
  if (rejectedStart && isNamed(rejectedStart.candidate, context)) return pending;
  if (rejectedStart && isStillBlocked(rejectedStart, pendingIds, state)) return pending;
  return { ...pending, turnsLeft: pending.turnsLeft - 1 };
}

/** The kind of blocker of a rejected start that can disappear without the customer (2.14). */
const blockerKinds: Readonly<Record<RejectionReason, 'INSTANCE' | 'DEPENDENCY' | 'NONE'>> = {
  NOT_FOUND: 'NONE',
  FILTERING_DISABLED: 'NONE',
  DISABLED: 'NONE',
  ALREADY_ACTIVE: 'NONE',
  JUST_ENDED: 'NONE',
  BELOW_THRESHOLD: 'NONE',
  MODEL: 'NONE',
  ENTRY_CONDITION: 'NONE',
  DEPENDENCY: 'DEPENDENCY',
  SUPERSEDED: 'NONE',
  AMBIGUOUS: 'NONE',
  EXCLUDED: 'INSTANCE',
  MISSING_HARD_FIELDS: 'NONE',
  START_LIMIT: 'NONE',
  START_BLOCKED: 'INSTANCE',
  MULTI_SCENARIO_DISABLED: 'INSTANCE',
  CAPACITY: 'NONE',
  NEEDS_CONSENT: 'NONE',
};

/** Whether a blocker of the rejected start remains at the end of the turn (2.14). */
export function isStillBlocked(
  { rejection: { reason, blockingScenarioIds = [] } }: Pick<RejectedStart, 'rejection'>,
  pendingIds: ReadonlySet<string>,
  { instances }: TurnState,
): boolean {
  const isInstanceActive = (id: string): boolean =>
    instances.some((instance) => isActive(instance) && getScenarioId(instance) === id);
  switch (blockerKinds[reason]) {
    case 'NONE':
      return false;
    case 'INSTANCE':
      return blockingScenarioIds.some(isInstanceActive);
    case 'DEPENDENCY':
      return blockingScenarioIds.some((id) => isInstanceActive(id) || pendingIds.has(id));
  }
}

/** Whether a turn that makes a scenario a candidate in this way names it, instead of only trying it again. */
const namesScenario: Readonly<Record<StartOrigin, boolean>> = {
  CANDIDATE: true,
  AIMED: true,
  CONSENTED: true,
  IMPLIED: false,
  PENDING: false,
  CALLED: false,
};

function isNamed(candidate: StartCandidate, { settings }: SelectionContext): boolean {
  return namesScenario[candidate.origin] && meetsStartThreshold(candidate, settings);
}

function createPendingStart(
  { scenarioId, score, localValues }: StartCandidate,
  reason: RejectionReason,
  { settings }: SelectionContext,
): PendingStart {
  return { scenarioId, score, reason, turnsLeft: settings.pendingStartTurns, localValues };
}
