import type { InstanceSignals } from '../context/instance-signals';
import type { InstanceView } from '../context/instance-view';
import type { KnownData } from '../model/known-data';
import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** An instance that walks: one that the turn found, or one that starts (P6.3). */
export interface WalkInput {
  /** For a start a draft that stands at the entry step and has had no visit. */
  readonly instance: ScenarioInstance;
  readonly scenario: CompiledScenario;
  /** The step where the turn found it; for a start the entry step. */
  readonly step: CompiledStep;
  readonly isStart: boolean;
  readonly known: KnownData;
  readonly changedFields: readonly string[];
  readonly correctedFields: readonly string[];
  /** Fields given this turn: `clears` spares them (3.2). */
  readonly providedFields: ReadonlySet<string>;
  readonly signals: InstanceSignals;
}

/** The instance of a view as one that walks; undefined where its scenario or step is gone (2.1, 2.2). */
export function toWalkInput(view: InstanceView): WalkInput | undefined {
  const {
    instance,
    scenario,
    step,
    known,
    changedFields: changed,
    correctedFields: corrected,
    providedFields: given,
    signals,
  } = view;
  if (!scenario || !step) return undefined;
  return {
    instance,
    scenario,
    step,
    isStart: false,
    known,
    changedFields: changed,
    correctedFields: corrected,
    providedFields: given,
    signals,
  };
}
