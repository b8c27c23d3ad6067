import type { CompiledScenario, CompiledStep, CompiledTransition, StepGraph } from './compiled-scenario';

/**
 * Builds the graph of all transitions that can be taken. Global transitions lead to their target from every other step (3.2). Transitions
 * that return are left out: they go back to a step that the instance has come from.
 */
export function buildStepGraph({
  steps,
  globalTransitions,
}: Pick<CompiledScenario, 'steps' | 'globalTransitions'>): StepGraph {
  const globalTargets = [...new Set(globalTransitions.map(({ targetStepId }) => targetStepId))];
  return new Map(
    [...steps.values()].map((step) => [
      step.stepId,
      [...listOwnTargets(step), ...globalTargets.filter((target) => target !== step.stepId)],
    ]),
  );
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

export function reverseGraph(graph: StepGraph): StepGraph {
  const reversedGraph = new Map<string, string[]>();
  for (const [from, targets] of graph) {
    for (const target of targets) {
      const sources = reversedGraph.get(target);
      if (sources) sources.push(from);
      else reversedGraph.set(target, [from]);
    }
  }
  return reversedGraph;
}

/** Finds all steps that are reachable from the given steps, these included. */
export function findReachableSteps(from: Iterable<string>, graph: StepGraph): ReadonlySet<string> {
  const reachable = new Set(from);
  // Iterating over a set includes the elements that are added during the iteration.
  for (const step of reachable) for (const next of graph.get(step) ?? []) reachable.add(next);
  return reachable;
}

/** Finds the given steps that are on a cycle of given steps, or on a path between two such cycles. */
export function findStepsOnCycles(stepIds: Iterable<string>, graph: StepGraph): ReadonlySet<string> {
  const reversedGraph = reverseGraph(graph);
  return removeDeadEnds(removeDeadEnds(new Set(stepIds), graph, reversedGraph), reversedGraph, graph);
}

/** Removes steps without a successor among the given ones until every remaining step has one. */
function removeDeadEnds(stepIds: ReadonlySet<string>, graph: StepGraph, reversedGraph: StepGraph): ReadonlySet<string> {
  const remaining = new Set(stepIds);
  const isDeadEnd = (step: string): boolean => !(graph.get(step) ?? []).some((next) => remaining.has(next));
  const pending = [...remaining].filter(isDeadEnd);
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    if (!remaining.delete(step)) continue;
    const predecessors = reversedGraph.get(step) ?? [];
    pending.push(...predecessors.filter((previous) => remaining.has(previous) && isDeadEnd(previous)));
  }
  return remaining;
}
