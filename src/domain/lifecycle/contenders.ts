import { aimedCancels, aimedStarts } from '../context/reached-signals';
import type { SelectionContext } from '../context/selection-context';
import type { StartOrigin } from '../lifecycle-decision';
import type { Fate } from './fate';
import { hasEnded } from './fate';

/** A scenario that may start, or resume, this turn. */
export interface Contender {
  readonly scenarioId: string;
  /** 0..1. */
  readonly score: number;
  readonly origin: StartOrigin;
}

/**
 * The contenders of a turn in start order: by score, then scenario priority, both high first, then id (2.12); those that an
 * applied rule implies come after all others (1.3). A START makes a scenario without an instance, or whose instance ends this turn, a
 * candidate with score 1 (0.2); starts that were refused earlier are tried again on MESSAGE turns (2.14).
 */
export function contendersInStartOrder(context: SelectionContext, fates: readonly Fate[]): readonly Contender[] {
  const { settings, session, turn, catalogue } = context;
  const byId = new Map<string, Contender>();
  for (const { scenarioId, score } of context.candidates)
    byId.set(scenarioId, { scenarioId, score, origin: 'CANDIDATE' });
  const running = new Set(fates.filter((fate) => !hasEnded(fate)).map(({ view }) => view.instance.scenarioId));
  for (const scenarioId of aimedStarts(turn.situation.signals)) {
    if (!running.has(scenarioId)) byId.set(scenarioId, { scenarioId, score: 1, origin: 'AIMED' });
  }
  if (turn.trigger === 'MESSAGE') {
    const cancelled = aimedCancels(turn.situation.signals);
    for (const { scenarioId, score } of session.pendingStarts) {
      const named = (byId.get(scenarioId)?.score ?? 0) >= settings.startThreshold && byId.has(scenarioId);
      if (!named && !cancelled.has(scenarioId)) byId.set(scenarioId, { scenarioId, score, origin: 'PENDING' });
    }
  }
  const priority = (id: string): number => catalogue.scenario(id)?.priority ?? 0;
  const ordered = [...byId.values()].sort(
    (a, b) =>
      b.score - a.score || priority(b.scenarioId) - priority(a.scenarioId) || compareText(a.scenarioId, b.scenarioId),
  );
  return [...ordered, ...impliedByRules(context, byId)];
}

function impliedByRules(
  { turn, catalogue, settings }: SelectionContext,
  others: ReadonlyMap<string, Contender>,
): readonly Contender[] {
  const ids = new Set(turn.appliedRules.flatMap(({ ruleId }) => catalogue.relationships.implies(ruleId)));
  return [...ids]
    .filter((id) => (others.get(id)?.score ?? -1) < settings.startThreshold)
    .map((scenarioId) => ({ scenarioId, score: 1, origin: 'IMPLIED' }));
}

/** Orders ids by code unit, the same on every node. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
