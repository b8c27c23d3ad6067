import type { SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import type { StartSelection } from './start-selection';

/**
 * Contenders that a starting scenario specializes, with those that do (1.4). One that is specialized itself is rejected and rejects
 * nobody, so only starts that no other start specializes count; where all specialize each other in a circle the first in start
 * order does.
 */
export function findSuperseded(
  { starts, candidates: contenders }: Pick<StartSelection, 'starts' | 'candidates'>,
  known: ReadonlyMap<string, readonly string[]>,
  { catalogue }: SelectionContext,
): ReadonlyMap<string, readonly string[]> {
  const claims = starts
    .map(({ scenario: { scenarioId } }) => ({
      by: scenarioId,
      targets: catalogue.relationships
        .specializes(scenarioId)
        .filter((target) => target !== scenarioId && contenders.has(target) && !known.has(target)),
    }))
    .filter(({ targets }) => targets.length > 0);
  const claimed = new Set(claims.flatMap(({ targets }) => targets));
  const free = claims.filter(({ by }) => !claimed.has(by));
  const superseded = new Map<string, readonly string[]>();
  for (const { by, targets } of free.length > 0 ? free : claims.slice(0, 1)) {
    for (const target of targets) superseded.set(target, [...(superseded.get(target) ?? []), by].sort(compareText));
  }
  return superseded;
}
