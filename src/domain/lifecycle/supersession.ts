import { compareText } from '../compare-text';
import type { SelectionContext } from '../context/selection-context';
import type { Contest } from './contest';

/**
 * Contenders that a starting scenario specializes, with those that do (1.4). One that is specialized itself is rejected and rejects
 * nobody, so only starts that no other start specializes count; where all specialize each other in a circle the first in start
 * order does.
 */
export function newlySuperseded(
  { starts, contenders }: Pick<Contest, 'starts' | 'contenders'>,
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
