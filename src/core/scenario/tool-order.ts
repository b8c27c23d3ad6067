import type { ScenarioStep, ToolBinding } from '../model/scenario';

/** A step's tools in the order in which they should run. */
export interface ToolOrder {
  /** In `dependsOn` order, ties as written: bindings before the bare tool ids, which run DURING_STEP. */
  readonly tools: readonly ToolBinding[];
  /** Tools that a binding depends on and the step does not have. */
  readonly unknownToolIds: readonly string[];
  /** Tools that wait for each other; they come last, as written. */
  readonly cyclicToolIds: readonly string[];
}

/** Orders the tools of a step so that each comes after those that it depends on (section 4, ACTION_HINT). */
export function orderTools(step: ScenarioStep): ToolOrder {
  const bindings = [...step.toolBindings, ...step.toolIds.map(bareTool)];
  const ids = new Set(bindings.map(({ toolId }) => toolId));
  const done = new Set<string>();
  const tools: ToolBinding[] = [];
  const waiting = [...bindings];
  const firstReady = (): number =>
    waiting.findIndex(({ dependsOn }) => dependsOn.every((id) => done.has(id) || !ids.has(id)));
  for (let ready = firstReady(); ready >= 0; ready = firstReady()) {
    for (const binding of waiting.splice(ready, 1)) {
      tools.push(binding);
      done.add(binding.toolId);
    }
  }
  return {
    tools: [...tools, ...waiting],
    unknownToolIds: [...new Set(bindings.flatMap(({ dependsOn }) => dependsOn).filter((id) => !ids.has(id)))],
    cyclicToolIds: waiting.map(({ toolId }) => toolId),
  };
}

function bareTool(toolId: string): ToolBinding {
  return { toolId, timing: 'DURING_STEP', variableNames: [], dependsOn: [] };
}
