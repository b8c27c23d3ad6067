import type { Outcome } from './experiment';
import type { Installation } from './installation';
import { readBack } from './read-back';
import type { Violation, ViolationKind } from './violation';

/** Reads everything back and counts what was done and found; `done` is what the experiment itself did, `found` what it saw. */
export async function outcomeOf(
  installation: Installation,
  done: Readonly<Record<string, number>>,
  found: readonly Violation[] = [],
): Promise<Outcome> {
  const { sessions, turns, violations: ofSessions } = await readBack(installation);
  const { counts, turns: sent } = installation.ledger;
  const violations = [...found, ...ofSessions];
  const failed = Object.fromEntries([...counts.failures].map(([status, times]) => [`answers ${status}`, times]));
  return {
    counts: {
      ...done,
      turns: sent,
      sends: counts.sends,
      ...failed,
      acknowledged: counts.acknowledged,
      replays: counts.replays,
      'replays compared': counts.replaysCompared,
      ...(counts.brokenStreams > 0 && { 'broken streams': counts.brokenStreams }),
      sessions,
      'turns read back and decided again': turns,
      lost: count(violations, 'lost'),
      doubled: count(violations, 'doubled'),
      'replays that differ': count(violations, 'replay'),
      violations: violations.length,
    },
    violations,
  };
}

function count(violations: readonly Violation[], kind: ViolationKind): number {
  return violations.filter((violation) => violation.kind === kind).length;
}
