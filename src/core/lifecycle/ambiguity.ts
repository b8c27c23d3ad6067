import type { SelectionContext } from '../context/selection-context';
import { sortUnique } from './active-set';
import type { ScenarioStart } from './scenario-start';
import type { RelatedScenarios } from './turn-state';

type Start = Pick<ScenarioStart, 'scenario' | 'score' | 'origin'>;

interface ScoredScenario {
  readonly scenarioId: string;
  readonly score: number;
}

type AmbiguityContext = Pick<SelectionContext, 'catalogue' | 'settings' | 'session'>;

/**
 * Finds the starts that are ambiguous with other starts, each with the ids of the other starts, in start order (1.5). A START aimed at a
 * scenario means that the customer chose it, so only another scenario that a START is aimed at makes it ambiguous. STARTs aimed at several
 * scenarios of one CHOICE answer it.
 */
export function findAmbiguousStarts(starts: readonly Start[], context: AmbiguityContext): RelatedScenarios {
  const ambiguous = new Map<string, readonly string[]>();
  for (const { scenario, score, origin } of starts) {
    const { scenarioId } = scenario;
    const rivals = starts.filter(
      (other) =>
        origin !== 'AIMED' ||
        (other.origin === 'AIMED' && !areOfferedTogether(scenarioId, other.scenario.scenarioId, context)),
    );
    const ids = findAmbiguousScenarioIds({ scenarioId, score }, rivals, context);
    if (ids.size > 0) ambiguous.set(scenarioId, sortUnique([...ids]));
  }
  return ambiguous;
}

/** Returns the starts that a scenario is ambiguous with. */
export function findAmbiguousScenarioIds(
  scenario: ScoredScenario,
  starts: readonly Start[],
  context: AmbiguityContext,
): ReadonlySet<string> {
  const scored = starts.map(({ scenario: { scenarioId }, score }) => ({ scenarioId, score }));
  return new Set(scored.filter((other) => areAmbiguous(scenario, other, context)).map(({ scenarioId }) => scenarioId));
}

/** Whether the scenarios are related as AMBIGUOUS and their scores differ by less than `ambiguity_margin` (1.5). */
function areAmbiguous(a: ScoredScenario, b: ScoredScenario, { catalogue, settings }: AmbiguityContext): boolean {
  if (!catalogue.relationships.getAmbiguousScenarios(a.scenarioId).has(b.scenarioId)) return false;
  // Rounded, so that 0.9 and 0.8 differ by exactly 0.1.
  const difference = Math.round(Math.abs(a.score - b.score) * 1e9) / 1e9;
  return difference < settings.ambiguityMargin;
}

/** Whether an open CHOICE offers both scenarios. */
function areOfferedTogether(a: string, b: string, { session }: AmbiguityContext): boolean {
  return session.choices.some(
    ({ reason, status, scenarioIds }) =>
      reason === 'AMBIGUOUS' && status === 'OPEN' && scenarioIds.includes(a) && scenarioIds.includes(b),
  );
}

/**
 * Groups the ambiguous scenarios of a turn: each group is one CHOICE. A scenario that is ambiguous only with one that starts, because a START
 * is aimed at it, is not offered. Groups and their scenarios are in start order.
 */
export function groupAmbiguous(ambiguousWith: RelatedScenarios): readonly (readonly string[])[] {
  const startOrder = [...ambiguousWith.keys()];
  const groups: (readonly string[])[] = [];
  for (const scenarioId of startOrder) {
    if (groups.some((group) => group.includes(scenarioId))) continue;
    const connected = findConnected(scenarioId, ambiguousWith);
    groups.push(startOrder.filter((id) => connected.has(id)));
  }
  return groups.filter((group) => group.length > 1);
}

/** Finds the ambiguous scenarios that are connected to a scenario, directly or by others. */
function findConnected(scenarioId: string, ambiguousWith: RelatedScenarios): ReadonlySet<string> {
  const connected = new Set([scenarioId]);
  // Iterating over a set includes the elements that are added during the iteration.
  for (const id of connected) {
    for (const [other, rivals] of ambiguousWith) {
      if (rivals.includes(id) || ambiguousWith.get(id)?.includes(other)) connected.add(other);
    }
  }
  return connected;
}
