import type { ScenarioStep, ToolBinding } from './scenario';

/** A step's tools in the order in which they should run. */
export interface ToolOrder {
  /** Bindings in `dependsOn` order, ties as written; then the bare tool ids, DURING_STEP. */
  readonly tools: readonly ToolBinding[];
  /** Tools that a binding depends on and the step does not have. */
  readonly unknown: readonly string[];
  /** Tools that wait for each other; they come last, as written. */
  readonly cycle: readonly string[];
}

/** Orders the tools of a step so that each comes after those that it depends on (section 4, ACTION_HINT). */
export function toolsInOrder(step: ScenarioStep): ToolOrder {
  const bindings = [...step.toolBindings, ...step.toolIds.map(bareTool)];
  const ids = new Set(bindings.map(({ toolId }) => toolId));
  const done = new Set<string>();
  const tools: ToolBinding[] = [];
  let waiting = bindings;
  for (let progress = true; progress; ) {
    const blocked: ToolBinding[] = [];
    for (const binding of waiting) {
      if (binding.dependsOn.every((id) => done.has(id) || !ids.has(id))) {
        tools.push(binding);
        done.add(binding.toolId);
      } else blocked.push(binding);
    }
    progress = blocked.length < waiting.length;
    waiting = blocked;
  }
  return {
    tools: [...tools, ...waiting],
    unknown: [...new Set(bindings.flatMap(({ dependsOn }) => dependsOn).filter((id) => !ids.has(id)))],
    cycle: waiting.map(({ toolId }) => toolId),
  };
}

function bareTool(toolId: string): ToolBinding {
  return { toolId, timing: 'DURING_STEP', variableNames: [], dependsOn: [] };
}
