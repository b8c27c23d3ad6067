import type { SelectionContext } from '../context/selection-context';
import type { ScenarioStart } from './instance-outcome';

interface Scored {
  readonly scenarioId: string;
  readonly score: number;
}

/** Whether two scenarios may be confused: they are ambiguous, and their scores differ by less than the margin (1.5). */
export function areAmbiguous(a: Scored, b: Scored, { catalogue, settings }: SelectionContext): boolean {
  return (
    catalogue.relationships.ambiguousWith(a.scenarioId).has(b.scenarioId) &&
    differenceOf(a.score, b.score) < settings.ambiguityMargin
  );
}

/**
 * Of the scenarios that would start those that may be confused with another one, with these others; in start order. One that a START
 * is aimed at was chosen by the customer, so only another such one makes it ambiguous.
 */
export function findAmbiguousStarts(
  starts: readonly ScenarioStart[],
  context: SelectionContext,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const start of starts) {
    const rivals = starts.filter(
      (other) =>
        (start.origin !== 'AIMED' || other.origin === 'AIMED') &&
        areAmbiguous(toScoredScenario(start), toScoredScenario(other), context),
    );
    const ids = rivals.map(({ scenario }) => scenario.scenarioId);
    if (ids.length > 0) found.set(start.scenario.scenarioId, ids.sort());
  }
  return found;
}

/** A start as one that is compared. */
export function toScoredScenario({ scenario, score }: ScenarioStart): Scored {
  return { scenarioId: scenario.scenarioId, score };
}

/** Rounded, so that 0.9 and 0.8 differ by 0.1 and not by a little less. */
function differenceOf(a: number, b: number): number {
  return Math.round(Math.abs(a - b) * 1e9) / 1e9;
}
