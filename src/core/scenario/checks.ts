import type { Allowance } from '../model/allowance';
import { findNearestName } from '../model/nearest-name';
import type { ScenarioStep } from '../model/scenario';
import type { CompiledDraft, CompiledStep } from './compiled-scenario';
import type { ScenarioFinding } from './scenario-finding';

/**
 * A check yields its findings, and undefined where it can pause: after each step and each transition. The caller decides whether it pauses
 * there, so that the checks of a large scenario do not block the event loop.
 */
export type Check = Generator<ScenarioFinding | undefined, void>;

/** Checks each step of a definition. `compiled` is undefined for a step that repeats the id of an earlier one. */
export function* checkEachStep(
  { scenario, steps, allowance }: CompiledDraft,
  check: (step: ScenarioStep, index: number, compiled: CompiledStep | undefined) => Iterable<ScenarioFinding>,
): Check {
  for (const [index, step] of scenario.steps.entries()) {
    allowance.spend('checks', getStepSize(step));
    const compiled = steps.get(step.stepId);
    yield* check(step, index, compiled?.index === index ? compiled : undefined);
    yield;
  }
}

/** The units of one check of a step: more than the time for its parts, each of which a check looks at a few times. */
function getStepSize({
  transitions,
  collectsProfileFields,
  optionalFields,
  toolBindings,
  toolIds,
}: ScenarioStep): number {
  const fields = collectsProfileFields.length + optionalFields.length;
  return 10 + 10 * transitions.length + fields + 10 * (toolBindings.length + toolIds.length);
}

/** Finds similar names for the messages of findings. Comparing names is slow, so only the first findings have a suggestion. */
export class NameSuggestions {
  private left = 20;
  private readonly compared: readonly string[];

  /** Compares with the first thousand names. */
  constructor(
    names: Iterable<string>,
    private readonly allowance: Allowance,
  ) {
    this.compared = [...names].slice(0, 1_000);
  }

  find(name: string): string | undefined {
    if (this.left === 0) return undefined;
    this.left -= 1;
    this.allowance.spend('checks', this.compared.length * 10);
    return findNearestName(name, this.compared);
  }
}
