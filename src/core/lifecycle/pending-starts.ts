import { shouldDropPendingStart } from '../context/instance-signals';
import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import type { RejectionReason } from '../model/lifecycle-decision';
import type { PendingStart } from '../model/session';
import type { InstanceOutcome, ScenarioStart } from './instance-outcome';
import type { RejectedStart } from './start-selection';

/** Refusals that may pass, so that the start is tried again (2.14). */
const passing: ReadonlySet<RejectionReason> = new Set([
  'DEPENDENCY',
  'MISSING_HARD_FIELDS',
  'CAPACITY',
  'START_BLOCKED',
]);

/** Refusals after which it makes no sense to try again. */
const final: ReadonlySet<RejectionReason> = new Set(['NOT_FOUND', 'DISABLED', 'ALREADY_ACTIVE']);

/**
 * The starts that stay pending after the turn, in the order of their refusal (2.14): one refused for a reason that may pass begins
 * with `pending_start_turns`, as does one that is named again; one that was only tried again has a MESSAGE turn less; and a start, a
 * resume or a CANCEL drops it.
 */
export function updatePendingStarts(
  context: SelectionContext,
  starts: readonly ScenarioStart[],
  refused: readonly RejectedStart[],
  fates: readonly InstanceOutcome[],
): readonly PendingStart[] {
  const { session, settings, turn } = context;
  if (session.pendingStarts.length === 0 && refused.length === 0) return session.pendingStarts;
  const isAwake = (id: string): boolean =>
    starts.some(({ scenario }) => scenario.scenarioId === id) ||
    fates.some(({ resumed, view }) => resumed && view.instance.scenarioId === id);
  const after: PendingStart[] = [];
  for (const pending of session.pendingStarts) {
    const { scenarioId } = pending;
    if (isAwake(scenarioId) || shouldDropPendingStart(turn.situation.signals, scenarioId)) continue;
    const again = refused.find(({ candidate: contender }) => contender.scenarioId === scenarioId);
    const still = stillPending(pending, again, context);
    if (still) after.push(still);
  }
  for (const { candidate: contender, rejection: refusal } of refused) {
    if (!passing.has(refusal.reason) || after.some(({ scenarioId }) => scenarioId === contender.scenarioId)) continue;
    after.push(begin(contender, refusal.reason, settings.pendingStartTurns));
  }
  return after.filter(({ turnsLeft }) => turnsLeft > 0);
}

function stillPending(
  pending: PendingStart,
  refused: RejectedStart | undefined,
  { turn, settings }: SelectionContext,
): PendingStart | undefined {
  if (!refused) return pending;
  const { candidate: contender, rejection: refusal } = refused;
  if (final.has(refusal.reason)) return undefined;
  if (contender.origin !== 'PENDING' && meetsStartThreshold(contender, settings)) {
    return begin(contender, refusal.reason, settings.pendingStartTurns);
  }
  if (turn.trigger !== 'MESSAGE') return pending;
  return { ...pending, reason: refusal.reason, turnsLeft: pending.turnsLeft - 1 };
}

function begin(
  { scenarioId, score }: { readonly scenarioId: string; readonly score: number },
  reason: RejectionReason,
  turnsLeft: number,
): PendingStart {
  return { scenarioId, score, reason, turnsLeft };
}
