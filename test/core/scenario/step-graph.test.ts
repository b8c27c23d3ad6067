import fc from 'fast-check';
import type { StepGraph } from '../../../src/core/scenario/compiled-scenario';
import { findReachableSteps, findStepsLeadingTo, findStepsOnCycles } from '../../../src/core/scenario/step-graph';

const steps = ['a', 'b', 'c', 'd', 'e'] as const;
const someSteps = fc.subarray([...steps]);

const graphs: fc.Arbitrary<StepGraph> = fc.record({
  successors: fc
    .tuple(...steps.map(() => fc.subarray([...steps], { maxLength: 2 })))
    .map((targets) => new Map(steps.map((step, index) => [step, targets[index] ?? []]))),
  globalTargets: fc.subarray([...steps], { maxLength: 3 }),
});

/** Every edge of a graph: global targets follow every other step. */
function listAllEdges({ successors, globalTargets }: StepGraph): ReadonlyMap<string, readonly string[]> {
  return new Map(
    steps.map((step) => [
      step,
      [...(successors.get(step) ?? []), ...globalTargets.filter((target) => target !== step)],
    ]),
  );
}

/** The steps that a path leads to, by repeated search; these included. */
function reach(from: Iterable<string>, edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set(from);
  for (const step of found) for (const next of edges.get(step) ?? []) found.add(next);
  return found;
}

const sorted = (set: Iterable<string>): readonly string[] => [...set].sort();

test('the steps that are reachable are those of the graph with every edge', () => {
  fc.assert(
    fc.property(graphs, someSteps, (graph, from) => {
      expect(sorted(findReachableSteps(from, graph))).toEqual(sorted(reach(from, listAllEdges(graph))));
    }),
    { numRuns: 500 },
  );
});

test('the steps that lead to others are those of the graph with every edge', () => {
  fc.assert(
    fc.property(graphs, someSteps, (graph, to) => {
      const edges = listAllEdges(graph);
      const expected = steps.filter((step) => [...reach([step], edges)].some((each) => to.includes(each as never)));
      expect(sorted(findStepsLeadingTo(to, graph))).toEqual(sorted(expected));
    }),
    { numRuns: 500 },
  );
});

test('the steps on cycles are those that reach a cycle of the given steps and are reachable from one', () => {
  fc.assert(
    fc.property(graphs, someSteps, (graph, given) => {
      const all = listAllEdges(graph);
      const edges = new Map(
        given.map((step) => [step, (all.get(step) ?? []).filter((next) => given.includes(next as never))] as const),
      );
      const onCycle = given.filter((step) => reach(edges.get(step) ?? [], edges).has(step));
      const expected = given.filter((step) => {
        const after = reach([step], edges);
        return onCycle.some((each) => after.has(each)) && onCycle.some((each) => reach([each], edges).has(step));
      });
      expect(sorted(findStepsOnCycles(given, graph))).toEqual(sorted(expected));
    }),
    { numRuns: 2_000 },
  );
});
