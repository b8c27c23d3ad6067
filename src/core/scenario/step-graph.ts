import type { CompiledScenario, CompiledStep, CompiledTransition, StepEdges, StepGraph } from './compiled-scenario';

/**
 * Builds the graph of all transitions that can be taken. Global transitions lead to their target from every other step (3.2). They are kept
 * apart, because a scenario with many of them would have millions of edges. Transitions that return are left out: they go back to a step
 * that the instance has come from.
 */
export function buildStepGraph({
  steps,
  globalTransitions,
}: Pick<CompiledScenario, 'steps' | 'globalTransitions'>): StepGraph {
  const successors = new Map([...steps.values()].map((step) => [step.stepId, listOwnTargets(step)]));
  return { successors, globalTargets: [...new Set(globalTransitions.map(({ targetStepId }) => targetStepId))] };
}

function listOwnTargets(step: CompiledStep): readonly string[] {
  const shadowed = new Set(findShadowedTransitions(step));
  return [...step.anytimeTransitions, ...step.completionTransitions]
    .filter((transition) => !transition.returns && !shadowed.has(transition))
    .map(({ targetStepId }) => targetStepId);
}

/**
 * Finds the ON_COMPLETION transitions that a preceding default transition shadows. Transitions that read the outcome are not shadowed,
 * because they can be taken after DECLINED or a failure (3.2). A transition that returns shadows none, because it can be FALSE.
 */
export function findShadowedTransitions({ completionTransitions }: CompiledStep): readonly CompiledTransition[] {
  const defaultIndex = completionTransitions.findIndex(({ isDefault, returns }) => isDefault && !returns);
  if (defaultIndex < 0) return [];
  return completionTransitions.slice(defaultIndex + 1).filter(({ readsOutcome }) => !readsOutcome);
}

/** Returns the predecessors of each step by the transitions of steps. */
export function reverseEdges(edges: StepEdges): StepEdges {
  const reversed = new Map<string, string[]>();
  for (const [from, targets] of edges) {
    for (const target of targets) {
      const sources = reversed.get(target);
      if (sources) sources.push(from);
      else reversed.set(target, [from]);
    }
  }
  return reversed;
}

/** Finds all steps that are reachable from the given steps, these included. */
export function findReachableSteps(
  from: Iterable<string>,
  { successors, globalTargets }: StepGraph,
): ReadonlySet<string> {
  const reachable = new Set(from);
  if (reachable.size > 0) for (const target of globalTargets) reachable.add(target);
  return followEdges(reachable, successors);
}

/** Finds all steps from which one of the given steps is reachable, these included. */
export function findStepsLeadingTo(
  to: Iterable<string>,
  { successors, globalTargets }: StepGraph,
): ReadonlySet<string> {
  const leading = followEdges(new Set(to), reverseEdges(successors));
  return globalTargets.some((target) => leading.has(target)) ? new Set([...leading, ...successors.keys()]) : leading;
}

/** Follows edges from the given steps, and adds what they lead to. */
export function followEdges(steps: Set<string>, edges: StepEdges): ReadonlySet<string> {
  // Iterating over a set includes the elements that are added during the iteration.
  for (const step of steps) for (const next of edges.get(step) ?? []) steps.add(next);
  return steps;
}

/** Finds the given steps that are on a cycle of given steps, or on a path between two such cycles. */
export function findStepsOnCycles(
  stepIds: Iterable<string>,
  { successors, globalTargets }: StepGraph,
): ReadonlySet<string> {
  const predecessors = reverseEdges(successors);
  const remaining = new Set(stepIds);
  const targets = globalTargets.filter((target) => remaining.has(target));
  const [onlyTarget] = targets;
  const hasSuccessor = (step: string): boolean => (successors.get(step) ?? []).some((next) => remaining.has(next));
  // Every step has a global target as its successor, except a target that is the only one.
  if (targets.length === 1 && onlyTarget !== undefined && !hasSuccessor(onlyTarget)) remaining.delete(onlyTarget);
  const lead = targets.filter((target) => remaining.has(target));
  if (lead.length === 0) removeDeadEnds(remaining, successors, predecessors, new Set());
  // A global target has every other step as its predecessor.
  removeDeadEnds(remaining, predecessors, successors, new Set(lead));
  const isAlone = remaining.size === 1 && lead.length > 0 && ![...remaining].some(hasSuccessor);
  return isAlone ? new Set() : remaining;
}

/** Removes steps without a successor among the given ones until every remaining step has one or is kept. */
function removeDeadEnds(
  remaining: Set<string>,
  successors: StepEdges,
  predecessors: StepEdges,
  kept: ReadonlySet<string>,
): void {
  const isDeadEnd = (step: string): boolean =>
    !kept.has(step) && !(successors.get(step) ?? []).some((next) => remaining.has(next));
  const pending = [...remaining].filter(isDeadEnd);
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    if (!remaining.delete(step)) continue;
    for (const previous of predecessors.get(step) ?? []) {
      if (remaining.has(previous) && isDeadEnd(previous)) pending.push(previous);
    }
  }
}
