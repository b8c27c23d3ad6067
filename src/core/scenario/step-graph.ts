import type { CompiledScenario, CompiledStep, CompiledTransition } from './compiled-scenario';

/** Step ids, each with the steps that one hop leads to. */
export type StepGraph = ReadonlyMap<string, readonly string[]>;

/** The hops that can ever be taken: those of each step and, from everywhere but their own target, the global ones (3.2). */
export function buildStepGraph({
  steps,
  globalTransitions: globals,
}: Pick<CompiledScenario, 'steps' | 'globalTransitions'>): StepGraph {
  const everywhere = [...new Set(globals.map(({ targetStepId }) => targetStepId))];
  return new Map(
    [...steps.values()].map((step) => [
      step.stepId,
      [...ownTargets(step), ...everywhere.filter((target) => target !== step.stepId)],
    ]),
  );
}

function ownTargets(step: CompiledStep): readonly string[] {
  const hidden = new Set(findShadowedTransitions(step));
  return [...step.anytimeTransitions, ...step.completionTransitions]
    .filter((transition) => !hidden.has(transition))
    .map(({ targetStepId }) => targetStepId);
}

/** ON_COMPLETION transitions below a default edge, which decides always, but for those that take a DECLINED or a failure (3.2). */
export function findShadowedTransitions({
  completionTransitions: onCompletion,
}: CompiledStep): readonly CompiledTransition[] {
  const first = onCompletion.findIndex(({ isDefault: statesNothing }) => statesNothing);
  return first < 0 ? [] : onCompletion.slice(first + 1).filter(({ readsOutcome }) => !readsOutcome);
}

/** The same hops the other way round. */
export function reverseGraph(graph: StepGraph): StepGraph {
  const back = new Map<string, string[]>();
  for (const [from, tos] of graph) {
    for (const to of tos) {
      const list = back.get(to);
      if (list) list.push(from);
      else back.set(to, [from]);
    }
  }
  return back;
}

/** Everything that can be reached from the given steps, these included. */
export function findReachableSteps(from: Iterable<string>, graph: StepGraph): ReadonlySet<string> {
  const found = new Set(from);
  // A set is walked in the order of its growth, what is added on the way included.
  for (const step of found) for (const next of graph.get(step) ?? []) found.add(next);
  return found;
}

/** The steps among the given ones that lie on a cycle of them, or between two. */
export function findStepsOnCycles(among: Iterable<string>, graph: StepGraph): ReadonlySet<string> {
  const back = reverseGraph(graph);
  return thinned(thinned(new Set(among), graph, back), back, graph);
}

/** Without those from which no hop leads to another that is left. */
function thinned(among: ReadonlySet<string>, onward: StepGraph, back: StepGraph): ReadonlySet<string> {
  const left = new Set(among);
  const leadsNowhere = (step: string): boolean => !(onward.get(step) ?? []).some((next) => left.has(next));
  const open = [...left].filter(leadsNowhere);
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    if (!left.delete(step)) continue;
    open.push(...(back.get(step) ?? []).filter((before) => left.has(before) && leadsNowhere(before)));
  }
  return left;
}
