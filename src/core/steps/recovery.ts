import type { ScenarioInstance } from '../model/session';
import type { OrchestrationSettings } from '../model/settings';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** The loop limit that holds for a step: its own, else its scenario's, else the configuration's (2.8). */
export function getLoopLimit(step: CompiledStep, settings: OrchestrationSettings): number {
  return step.maxLoopCount ?? settings.maxLoopCount;
}

/** Whether one more visit of the step would be above its limit (2.8, 3.6). */
export function hasReachedLoopLimit(
  instance: ScenarioInstance,
  step: CompiledStep,
  settings: OrchestrationSettings,
): boolean {
  return step.countsLoops && (instance.loopCounts.get(step.stepId) ?? 0) + 1 > getLoopLimit(step, settings);
}

/**
 * The recovery step of an instance that cannot stay where it is: reachable from anywhere, not at its own limit, not before a
 * passed checkpoint, none of `away`; by step priority, then as written (3.8). Undefined where there is none.
 */
export function findRecoveryStep(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  away: readonly string[],
  settings: OrchestrationSettings,
): CompiledStep | undefined {
  return scenario.recoverySteps.find(
    (step) =>
      !away.includes(step.stepId) &&
      !hasReachedLoopLimit(instance, step, settings) &&
      !instance.stepsBeforeCheckpoint.includes(step.stepId) &&
      !instance.irreversibleDone.some(({ passed, stepId }) => passed && stepId === step.stepId),
  );
}
