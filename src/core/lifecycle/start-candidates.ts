import { getStartTargets, shouldDropPendingStart } from '../context/instance-signals';
import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import type { StartOrigin } from '../model/lifecycle-decision';
import { sortWith } from '../model/sorting';
import type { InstanceOutcome } from './instance-outcome';
import { hasEnded } from './instance-outcome';

/** A scenario that may start, or resume, this turn. */
export interface StartCandidate {
  readonly scenarioId: string;
  /** 0..1. */
  readonly score: number;
  readonly origin: StartOrigin;
  /** What the model said about it in place of its score; undefined where it said nothing. */
  readonly fits: boolean | undefined;
}

/**
 * The contenders of a turn in start order: by score, then scenario priority, both high first, then id (2.12); those that an
 * applied rule implies come after all others (1.3). A START makes a scenario without an instance, or whose instance ends this turn, a
 * candidate with score 1 (0.2); starts that were refused earlier are tried again on MESSAGE turns (2.14).
 */
export function collectStartCandidates(
  context: SelectionContext,
  fates: readonly InstanceOutcome[],
): readonly StartCandidate[] {
  const { settings, session, turn } = context;
  const byId = new Map<string, StartCandidate>();
  for (const { scenarioId, score, fits } of context.candidates)
    byId.set(scenarioId, { scenarioId, score, origin: 'CANDIDATE', fits });
  const isRunning = (scenarioId: string): boolean =>
    fates.some((fate) => !hasEnded(fate) && fate.view.instance.scenarioId === scenarioId);
  for (const scenarioId of getStartTargets(turn.situation.signals)) {
    if (!isRunning(scenarioId)) byId.set(scenarioId, { scenarioId, score: 1, origin: 'AIMED', fits: undefined });
  }
  if (turn.trigger === 'MESSAGE') {
    for (const { scenarioId, score } of session.pendingStarts) {
      const other = byId.get(scenarioId);
      if (other && meetsStartThreshold(other, settings)) continue;
      // It passed the test when it was refused, maybe by the model's word.
      if (!isPendingStartDropped(scenarioId, context))
        byId.set(scenarioId, { scenarioId, score, origin: 'PENDING', fits: true });
    }
  }
  return [...sortByStartOrder([...byId.values()], context), ...impliedByRules(context, byId)];
}

/** Sorted by score, then scenario priority, both high first, then id (2.12). */
export function sortByStartOrder(
  contenders: readonly StartCandidate[],
  { catalogue }: SelectionContext,
): readonly StartCandidate[] {
  const priority = (id: string): number => catalogue.getScenario(id)?.priority ?? 0;
  return sortWith(
    contenders,
    (a, b) =>
      b.score - a.score || priority(b.scenarioId) - priority(a.scenarioId) || compareText(a.scenarioId, b.scenarioId),
  );
}

/** Whether the scenario was pending and a CANCEL of this turn drops it (2.14). */
export function isPendingStartDropped(scenarioId: string, { session, turn }: SelectionContext): boolean {
  return (
    session.pendingStarts.some((pending) => pending.scenarioId === scenarioId) &&
    shouldDropPendingStart(turn.situation.signals, scenarioId)
  );
}

function impliedByRules(
  context: SelectionContext,
  others: ReadonlyMap<string, StartCandidate>,
): readonly StartCandidate[] {
  const { turn, catalogue, settings } = context;
  if (catalogue.relationships.all.length === 0) return [];
  const ids = new Set<string>();
  for (const { ruleId } of turn.appliedRules) {
    for (const id of catalogue.relationships.implies('RULE', ruleId)) ids.add(id);
  }
  const wanted = [...ids].filter((id) => {
    const other = others.get(id);
    return other === undefined || !meetsStartThreshold(other, settings);
  });
  return sortByStartOrder(wanted.map(createImpliedCandidate), context);
}

/** A scenario that another scenario, or a rule, brings as a candidate with score 1 (1.3). */
export function createImpliedCandidate(scenarioId: string): StartCandidate {
  return { scenarioId, score: 1, origin: 'IMPLIED', fits: undefined };
}
