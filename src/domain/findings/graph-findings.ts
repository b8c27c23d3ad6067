import type { ScenarioFinding } from '../finding';
import { closure, hops, reversed } from '../step-graph';
import { type CompiledDraft, error, warning } from './draft';
import { trapFindings } from './trap-findings';

/** What the shape of the graph gives away: no way to an end, steps that nothing leads to, steps that hold an instance for ever. */
export function graphFindings(draft: CompiledDraft): readonly ScenarioFinding[] {
  const { scenario, steps } = draft;
  const entry = steps.get(scenario.entryStepId);
  if (!entry) return [];
  const graph = hops(draft);
  const anywhere = [...steps.values()].filter(({ definition }) => definition.reachableFromAnywhere);
  const reachable = closure([entry.stepId, ...anywhere.map(({ stepId }) => stepId)], graph);
  const terminals = [...steps.values()].filter(({ isTerminal }) => isTerminal);
  const canEnd = closure(
    terminals.map(({ stepId }) => stepId),
    reversed(graph),
  );
  const unreachable = scenario.steps.flatMap(({ stepId }, index) =>
    reachable.has(stepId)
      ? []
      : [
          warning('UNREACHABLE_STEP', `No way leads from the entry step to step "${stepId}". Join it, or remove it.`, {
            fieldPath: `steps[${index}]`,
            stepId,
          }),
        ],
  );
  if (scenario.completionCondition !== '') return unreachable;
  if (canEnd.has(entry.stepId)) {
    return [...unreachable, ...trapFindings(draft, graph, new Set([...reachable].filter((id) => !canEnd.has(id))))];
  }
  const message = `No way leads from the entry step "${entry.stepId}" to a terminal step, so the scenario never completes. Mark a step is_terminal or give a completion_condition.`;
  return [error('NO_WAY_TO_TERMINAL', message, { fieldPath: 'entry_step_id', stepId: entry.stepId }), ...unreachable];
}
