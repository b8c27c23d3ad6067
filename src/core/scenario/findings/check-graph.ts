import type { ScenarioFinding } from '../scenario-finding';
import { buildStepGraph, findReachableSteps, reverseGraph } from '../step-graph';
import { checkStuckSteps } from './check-stuck-steps';
import { type CompiledDraft, errorFinding, warningFinding } from './compiled-draft';

/** What the shape of the graph gives away: no way to an end, steps that nothing leads to, steps that hold an instance for ever. */
export function checkGraph(draft: CompiledDraft): readonly ScenarioFinding[] {
  const { scenario, steps } = draft;
  const entry = steps.get(scenario.entryStepId);
  if (!entry) return [];
  const graph = buildStepGraph(draft);
  const anywhere = [...steps.values()].filter(({ definition }) => definition.reachableFromAnywhere);
  const reachable = findReachableSteps([entry.stepId, ...anywhere.map(({ stepId }) => stepId)], graph);
  const terminals = [...steps.values()].filter(({ isTerminal }) => isTerminal);
  const canEnd = findReachableSteps(
    terminals.map(({ stepId }) => stepId),
    reverseGraph(graph),
  );
  const unreachable = scenario.steps.flatMap(({ stepId }, index) =>
    reachable.has(stepId)
      ? []
      : [
          warningFinding(
            'UNREACHABLE_STEP',
            `No way leads from the entry step to step "${stepId}". Join it, or remove it.`,
            {
              fieldPath: `steps[${index}]`,
              stepId,
            },
          ),
        ],
  );
  if (scenario.completionCondition !== '') return unreachable;
  if (canEnd.has(entry.stepId)) {
    return [...unreachable, ...checkStuckSteps(draft, graph, new Set([...reachable].filter((id) => !canEnd.has(id))))];
  }
  const message = `No way leads from the entry step "${entry.stepId}" to a terminal step, so the scenario never completes. Mark a step is_terminal or give a completion_condition.`;
  return [
    errorFinding('NO_WAY_TO_TERMINAL', message, { fieldPath: 'entry_step_id', stepId: entry.stepId }),
    ...unreachable,
  ];
}
