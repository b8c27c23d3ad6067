import type { InstanceSignals } from '../context/instance-signals';
import type { InstanceView } from '../context/instance-view';
import type { KnownData } from '../model/known-data';
import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** An instance to walk: an existing one, or one that starts on this turn. */
export interface WalkInput {
  /** For a start, an instance at the entry step without a visit. */
  readonly instance: ScenarioInstance;
  readonly scenario: CompiledScenario;
  /** The current step of the instance before the walk; for a start, the entry step. */
  readonly step: CompiledStep;
  readonly isStart: boolean;
  readonly known: KnownData;
  readonly changedFields: readonly string[];
  readonly correctedFields: readonly string[];
  /** Corrected fields that take no effect, because the action that used them has succeeded on this turn (3.9). */
  readonly keptFields: readonly string[];
  /** Fields provided on this turn (3.2, `clears`). */
  readonly providedFields: ReadonlySet<string>;
  readonly signals: InstanceSignals;
}

/** Returns the walk input of an instance; undefined if its scenario or step no longer exists (2.1, 2.2). */
export function toWalkInput(view: InstanceView, isStart = false): WalkInput | undefined {
  const { scenario, step } = view;
  return scenario && step ? createWalkInput(view, scenario, step, isStart) : undefined;
}

/** Builds the walk input of an instance at the given step. */
export function createWalkInput(
  view: InstanceView,
  scenario: CompiledScenario,
  step: CompiledStep,
  isStart = false,
): WalkInput {
  return {
    instance: view.instance,
    scenario,
    step,
    isStart,
    known: view.known,
    changedFields: view.changedFields,
    correctedFields: view.correctedFields,
    keptFields: view.keptFields,
    providedFields: view.providedFields,
    signals: view.signals,
  };
}
