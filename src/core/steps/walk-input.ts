import type { InstanceSignals } from '../context/instance-signals';
import { noSignals } from '../context/instance-signals';
import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { findChangedFields } from '../context/stored-data';
import { type KnownData, viewInstanceData, viewSessionData } from '../model/known-data';
import { createInstance, type ScenarioInstance, type SessionVariable } from '../model/session';
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

/** Returns the walk input of an existing instance; undefined if its scenario or step no longer exists (2.1, 2.2). */
export function toWalkInput(view: InstanceView): WalkInput | undefined {
  const { scenario, step } = view;
  return scenario && step ? createWalkInput(view, scenario, step) : undefined;
}

/** Builds the walk input of an existing instance at the given step. */
export function createWalkInput(view: InstanceView, scenario: CompiledScenario, step: CompiledStep): WalkInput {
  return {
    instance: view.instance,
    scenario,
    step,
    isStart: false,
    known: view.known,
    changedFields: view.changedFields,
    correctedFields: view.correctedFields,
    keptFields: view.keptFields,
    providedFields: view.providedFields,
    signals: view.signals,
  };
}

/** A scenario that starts on this turn. */
interface NewInstance {
  readonly scenario: CompiledScenario;
  readonly instanceId: string;
  readonly startNumber: number;
}

/**
 * Builds the walk input of a start. The instance knows the local values that its candidate took, and the session's variables as they are
 * after the instances that ended on this turn (0.4).
 */
export function createStartInput(
  { scenario, instanceId, startNumber }: NewInstance,
  context: SelectionContext,
  sessionVariables: ReadonlyMap<string, SessionVariable> = context.storedData.sessionVariables,
): WalkInput {
  const { turn, session, revision, storedData } = context;
  const { scenarioId, version, entryStep, localFields } = scenario;
  const localValues = context.localStartValues.get(scenarioId) ?? new Map();
  const instance: ScenarioInstance = {
    ...createInstance(
      { instanceId, scenarioId, scenarioVersion: version, startNumber, currentStepId: entryStep.stepId },
      revision,
      turn.occurredAt,
    ),
    variables: localValues,
    variableTimes: new Map([...localValues.keys()].map((name) => [name, turn.occurredAt])),
  };
  const isPlain = localValues.size === 0 && localFields.size === 0;
  const isUnchanged = isPlain && sessionVariables === storedData.sessionVariables;
  const known = isUnchanged
    ? context.known
    : viewInstanceData(localValues, sessionVariables, turn.customerData, localFields);
  const providedFields = isPlain
    ? storedData.providedFields
    : new Set([...storedData.providedFields, ...localValues.keys()]);
  return {
    instance,
    scenario,
    step: entryStep,
    isStart: true,
    known,
    changedFields: isUnchanged
      ? context.changedFields
      : findChangedFields(providedFields, viewSessionData(session.variables, turn.customerData), known),
    correctedFields: [],
    keptFields: [],
    providedFields,
    signals: noSignals,
  };
}
