import { compareText } from '../compare-text';
import { aimedStarts, dropsPendingStart } from '../context/reached-signals';
import { passesScoreTest, type SelectionContext } from '../context/selection-context';
import type { StartOrigin } from '../lifecycle-decision';
import { inOrder } from '../sorted';
import type { Fate } from './fate';
import { hasEnded } from './fate';

/** A scenario that may start, or resume, this turn. */
export interface Contender {
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
export function contendersInStartOrder(context: SelectionContext, fates: readonly Fate[]): readonly Contender[] {
  const { settings, session, turn } = context;
  const byId = new Map<string, Contender>();
  for (const { scenarioId, score, fits } of context.candidates)
    byId.set(scenarioId, { scenarioId, score, origin: 'CANDIDATE', fits });
  const isRunning = (scenarioId: string): boolean =>
    fates.some((fate) => !hasEnded(fate) && fate.view.instance.scenarioId === scenarioId);
  for (const scenarioId of aimedStarts(turn.situation.signals)) {
    if (!isRunning(scenarioId)) byId.set(scenarioId, { scenarioId, score: 1, origin: 'AIMED', fits: undefined });
  }
  if (turn.trigger === 'MESSAGE') {
    for (const { scenarioId, score } of session.pendingStarts) {
      const other = byId.get(scenarioId);
      if (other && passesScoreTest(other, settings)) continue;
      // It passed the test when it was refused, maybe by the model's word.
      if (!isPendingDropped(scenarioId, context))
        byId.set(scenarioId, { scenarioId, score, origin: 'PENDING', fits: true });
    }
  }
  return [...inStartOrder([...byId.values()], context), ...impliedByRules(context, byId)];
}

/** Sorted by score, then scenario priority, both high first, then id (2.12). */
export function inStartOrder(contenders: readonly Contender[], { catalogue }: SelectionContext): readonly Contender[] {
  const priority = (id: string): number => catalogue.scenario(id)?.priority ?? 0;
  return inOrder(
    contenders,
    (a, b) =>
      b.score - a.score || priority(b.scenarioId) - priority(a.scenarioId) || compareText(a.scenarioId, b.scenarioId),
  );
}

/** Whether the scenario was pending and a CANCEL of this turn drops it (2.14). */
export function isPendingDropped(scenarioId: string, { session, turn }: SelectionContext): boolean {
  return (
    session.pendingStarts.some((pending) => pending.scenarioId === scenarioId) &&
    dropsPendingStart(turn.situation.signals, scenarioId)
  );
}

function impliedByRules(context: SelectionContext, others: ReadonlyMap<string, Contender>): readonly Contender[] {
  const { turn, catalogue, settings } = context;
  if (catalogue.relationships.all.length === 0) return [];
  const ids = new Set<string>();
  for (const { ruleId } of turn.appliedRules) {
    for (const id of catalogue.relationships.implies('RULE', ruleId)) ids.add(id);
  }
  const wanted = [...ids].filter((id) => {
    const other = others.get(id);
    return other === undefined || !passesScoreTest(other, settings);
  });
  return inStartOrder(wanted.map(implied), context);
}

/** A scenario that another scenario, or a rule, brings as a candidate with score 1 (1.3). */
export function implied(scenarioId: string): Contender {
  return { scenarioId, score: 1, origin: 'IMPLIED', fits: undefined };
}
