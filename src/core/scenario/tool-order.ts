import type { ScenarioStep, ToolBinding } from '../model/scenario';

/** The tools of a step in execution order. */
export interface ToolOrder {
  /** In `dependsOn` order, ties in the order of the definition. Bindings precede plain tool ids, which run DURING_STEP. */
  readonly tools: readonly ToolBinding[];
  /** Dependencies that are not tools of the step. */
  readonly unknownToolIds: readonly string[];
  /** Tools that depend on each other. They come last, in the order of the definition. */
  readonly cyclicToolIds: readonly string[];
}

/** Orders the tools of a step so that each follows its dependencies (section 4, ACTION_HINT). */
export function orderTools(step: ScenarioStep): ToolOrder {
  const bindings = [...step.toolBindings, ...step.toolIds.map(createBinding)];
  const toolIds = new Set(bindings.map(({ toolId }) => toolId));
  const orderedIds = new Set<string>();
  const tools: ToolBinding[] = [];
  const remaining = [...bindings];
  const findReady = (): number =>
    remaining.findIndex(({ dependsOn }) => dependsOn.every((id) => orderedIds.has(id) || !toolIds.has(id)));
  for (let ready = findReady(); ready >= 0; ready = findReady()) {
    for (const binding of remaining.splice(ready, 1)) {
      tools.push(binding);
      orderedIds.add(binding.toolId);
    }
  }
  const dependencies = new Set(bindings.flatMap(({ dependsOn }) => dependsOn));
  return {
    tools: [...tools, ...remaining],
    unknownToolIds: [...dependencies].filter((id) => !toolIds.has(id)),
    cyclicToolIds: remaining.map(({ toolId }) => toolId),
  };
}

function createBinding(toolId: string): ToolBinding {
  return { toolId, timing: 'DURING_STEP', variableNames: [], dependsOn: [] };
}
