import type { Relationship, RelationshipKind, RelationshipSource } from '../model/scenario';

const allowedSources: Readonly<Record<RelationshipKind, readonly RelationshipSource[]>> = {
  DEPENDS_ON: ['SCENARIO'],
  EXCLUDES: ['RULE', 'SCENARIO'],
  IMPLIES: ['RULE', 'SCENARIO'],
  SPECIALIZES: ['SCENARIO'],
  AMBIGUOUS: ['SCENARIO'],
  RELATED: ['RULE', 'SCENARIO'],
  LEADS_TO: ['SCENARIO'],
};

/** Describes why a relationship cannot be stored together with the others; "" if it can (section 1). */
export function findRelationshipProblem(relationship: Relationship, stored: readonly Relationship[]): string {
  const { kind, sourceType, sourceId, targetScenarioId, startDependency } = relationship;
  if (sourceType === 'SCENARIO' && sourceId === targetScenarioId) {
    return `Scenario ${sourceId} cannot have a relationship with itself. Use another target.`;
  }
  if (!allowedSources[kind].includes(sourceType)) {
    return `${kind} requires a scenario as its source; a rule can be the source of EXCLUDES, IMPLIES and RELATED only.`;
  }
  if (startDependency && kind !== 'DEPENDS_ON') {
    return `start_dependency has no effect on ${kind}, because only DEPENDS_ON has a dependency to start. Remove it, or use DEPENDS_ON.`;
  }
  const cycle = findDependencyCycle(stored, relationship);
  if (cycle === undefined) return '';
  return `The relationship closes a DEPENDS_ON cycle: ${cycle.join(' -> ')}. None of these scenarios could start. Remove a dependency.`;
}

/**
 * Finds the DEPENDS_ON cycle that a new relationship closes: scenario ids from its source back to its source; undefined if it closes none
 * (1.1).
 */
export function findDependencyCycle(
  stored: readonly Relationship[],
  added: Relationship,
): readonly string[] | undefined {
  if (added.kind !== 'DEPENDS_ON') return undefined;
  const { sourceId, targetScenarioId } = added;
  const targetsBySource = new Map<string, string[]>();
  for (const relationship of stored) {
    if (relationship.kind !== 'DEPENDS_ON') continue;
    const targets = targetsBySource.get(relationship.sourceId);
    if (targets) targets.push(relationship.targetScenarioId);
    else targetsBySource.set(relationship.sourceId, [relationship.targetScenarioId]);
  }
  const predecessors = new Map<string, string>();
  const queue = [targetScenarioId];
  const visited = new Set(queue);
  for (let current = queue.shift(); current !== undefined; current = queue.shift()) {
    if (current === sourceId) return [sourceId, ...tracePath(targetScenarioId, sourceId, predecessors)];
    for (const next of targetsBySource.get(current) ?? []) {
      if (visited.has(next)) continue;
      visited.add(next);
      predecessors.set(next, current);
      queue.push(next);
    }
  }
  return undefined;
}

/** Returns the path that a search found, both ends included. */
function tracePath(from: string, to: string, predecessors: ReadonlyMap<string, string>): readonly string[] {
  const path = [to];
  for (let current = to; current !== from; ) {
    current = predecessors.get(current) ?? from;
    path.unshift(current);
  }
  return path;
}

/**
 * Finds the index of a relationship that closes a DEPENDS_ON cycle within the list; undefined if there is no cycle. Linear in the length of
 * the list.
 */
export function findCycleIndex(relationships: readonly Relationship[]): number | undefined {
  const edgesBySource = new Map<string, { readonly target: string; readonly index: number }[]>();
  for (const [index, { kind, sourceId, targetScenarioId: target }] of relationships.entries()) {
    if (kind !== 'DEPENDS_ON') continue;
    const edges = edgesBySource.get(sourceId);
    if (edges) edges.push({ target, index });
    else edgesBySource.set(sourceId, [{ target, index }]);
  }
  const states = new Map<string, 'in progress' | 'done'>();
  const search = (id: string): number | undefined => {
    states.set(id, 'in progress');
    for (const { target, index } of edgesBySource.get(id) ?? []) {
      if (states.get(target) === 'in progress') return index;
      const found = states.has(target) ? undefined : search(target);
      if (found !== undefined) return found;
    }
    states.set(id, 'done');
    return undefined;
  };
  for (const id of edgesBySource.keys()) {
    const found = states.has(id) ? undefined : search(id);
    if (found !== undefined) return found;
  }
  return undefined;
}
