import type { Relationship } from '../model/scenario';

/**
 * The scenarios of a DEPENDS_ON cycle that a new relationship would close, from its source round to its source; undefined where it
 * closes none (1.1). `stored` are the relationships that are there already.
 */
export function findDependencyCycle(
  stored: readonly Relationship[],
  added: Relationship,
): readonly string[] | undefined {
  if (added.kind !== 'DEPENDS_ON') return undefined;
  const { sourceId, targetScenarioId } = added;
  const onward = new Map<string, string[]>();
  for (const each of stored) {
    if (each.kind !== 'DEPENDS_ON') continue;
    const targets = onward.get(each.sourceId);
    if (targets) targets.push(each.targetScenarioId);
    else onward.set(each.sourceId, [each.targetScenarioId]);
  }
  const cameFrom = new Map<string, string>();
  const open = [targetScenarioId];
  const seen = new Set(open);
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    if (at === sourceId) return [sourceId, ...wayTo(sourceId, targetScenarioId, cameFrom)];
    for (const next of onward.get(at) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      cameFrom.set(next, at);
      open.push(next);
    }
  }
  return undefined;
}

/**
 * The place of a relationship that closes a cycle of DEPENDS_ON with others of the list; undefined where there is none. It takes time
 * in proportion to the list.
 */
export function findCycleIndex(relationships: readonly Relationship[]): number | undefined {
  const onward = new Map<string, { readonly target: string; readonly place: number }[]>();
  for (const [place, { kind, sourceId, targetScenarioId: target }] of relationships.entries()) {
    if (kind !== 'DEPENDS_ON') continue;
    const known = onward.get(sourceId);
    if (known) known.push({ target, place });
    else onward.set(sourceId, [{ target, place }]);
  }
  const state = new Map<string, 'under way' | 'done'>();
  const search = (id: string): number | undefined => {
    state.set(id, 'under way');
    for (const { target, place } of onward.get(id) ?? []) {
      if (state.get(target) === 'under way') return place;
      const found = state.has(target) ? undefined : search(target);
      if (found !== undefined) return found;
    }
    state.set(id, 'done');
    return undefined;
  };
  for (const id of onward.keys()) {
    const found = state.has(id) ? undefined : search(id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The way that was found from `from` to `to`, both included. */
function wayTo(to: string, from: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [to];
  for (let at = to; at !== from; ) {
    at = cameFrom.get(at) ?? from;
    way.unshift(at);
  }
  return way;
}
