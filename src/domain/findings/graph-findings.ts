import type { CompiledStep } from '../compiled-scenario';
import type { ScenarioFinding } from '../finding';
import { type CompiledDraft, error, warning } from './draft';

/** What the shape of the graph gives away: no way to an end, steps that nothing leads to, steps that hold an instance for ever. */
export function graphFindings(draft: CompiledDraft): readonly ScenarioFinding[] {
  const { scenario, steps } = draft;
  const entry = steps.get(scenario.entryStepId);
  if (!entry) return [];
  const onward = edges(draft);
  const reachable = closure([entry.stepId], onward);
  for (const step of steps.values()) {
    if (step.definition.reachableFromAnywhere) for (const id of closure([step.stepId], onward)) reachable.add(id);
  }
  const terminals = [...steps.values()].filter((step) => step.isTerminal).map((step) => step.stepId);
  const canEnd = closure(terminals, reversed(onward));
  const ends = scenario.completionCondition !== '';
  return [
    ...(canEnd.has(entry.stepId) || ends
      ? []
      : [
          error(
            'NO_WAY_TO_TERMINAL',
            `No way leads from the entry step "${entry.stepId}" to a terminal step, so the scenario never completes. Mark a step is_terminal or give a completion_condition.`,
            { fieldPath: 'entry_step_id', stepId: entry.stepId },
          ),
        ]),
    ...scenario.steps.flatMap((step, index) => {
      const site = { fieldPath: `steps[${index}]`, stepId: step.stepId };
      if (!reachable.has(step.stepId)) {
        return [warning('UNREACHABLE_STEP', `No transition leads to step "${step.stepId}".`, site)];
      }
      if (!canEnd.has(step.stepId) && !ends && canEnd.has(entry.stepId)) {
        return [
          warning('TRAP', `Step "${step.stepId}" can be entered, but no way leads from it to a terminal step.`, site),
        ];
      }
      return [];
    }),
  ];
}

function edges({ steps, globals }: CompiledDraft): ReadonlyMap<string, readonly string[]> {
  const everywhere = globals.map(({ targetStepId }) => targetStepId);
  return new Map([...steps.values()].map((step) => [step.stepId, [...targets(step), ...everywhere]]));
}

function targets({ anytime, onCompletion }: CompiledStep): readonly string[] {
  return [...anytime, ...onCompletion].map(({ targetStepId }) => targetStepId);
}

function reversed(onward: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const back = new Map<string, string[]>();
  for (const [from, tos] of onward) {
    for (const to of tos) {
      const list = back.get(to);
      if (list) list.push(from);
      else back.set(to, [from]);
    }
  }
  return back;
}

/** Everything that can be reached from the given steps, these included. */
function closure(from: readonly string[], onward: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set(from);
  const open = [...from];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    for (const next of onward.get(step) ?? []) {
      if (!found.has(next)) {
        found.add(next);
        open.push(next);
      }
    }
  }
  return found;
}
