import type { InstanceSignals } from '../context/instance-signals';
import type { InstanceView } from '../context/instance-view';
import type { KnownData } from '../model/known-data';
import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** An instance to walk: an existing one, or one that starts on this turn. */
export interface WalkInput {
  /** For a start, a draft at the entry step without a visit. */
  readonly instance: ScenarioInstance;
  readonly scenario: CompiledScenario;
  /** The current step of the instance before the walk; for a start, the entry step. */
  readonly step: CompiledStep;
  readonly isStart: boolean;
  readonly known: KnownData;
  readonly changedFields: readonly string[];
  readonly correctedFields: readonly string[];
  /** Fields provided on this turn. `clears` does not clear them (3.2). */
  readonly providedFields: ReadonlySet<string>;
  readonly signals: InstanceSignals;
}

/** Returns the walk input of an existing instance; undefined if its scenario or step no longer exists (2.1, 2.2). */
export function toWalkInput(view: InstanceView): WalkInput | undefined {
  const { scenario, step } = view;
  return scenario && step ? createWalkInput(view, scenario, step) : undefined;
}

/** The step asks again for a field whose answer was rejected, also if it is known with an older value (section 10). */
function withoutRejectedAnswers({ instance, rejectedAnswers }: InstanceView): ScenarioInstance {
  if (rejectedAnswers.length === 0) return instance;
  const { visit } = instance;
  const askedFields = visit.askedFields.filter((field) => !rejectedAnswers.includes(field));
  return { ...instance, visit: { ...visit, askedFields } };
}

/** Builds the walk input of an existing instance at the given step. */
export function createWalkInput(view: InstanceView, scenario: CompiledScenario, step: CompiledStep): WalkInput {
  return {
    instance: withoutRejectedAnswers(view),
    scenario,
    step,
    isStart: false,
    known: view.known,
    changedFields: view.changedFields,
    correctedFields: view.correctedFields,
    providedFields: view.providedFields,
    signals: view.signals,
  };
}
