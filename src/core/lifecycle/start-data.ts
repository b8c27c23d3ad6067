import { forgetEndedFields } from '../context/ended-data';
import { noSignals } from '../context/instance-signals';
import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { findChangedFields } from '../context/stored-data';
import type { FieldValues, JsonValue } from '../model/json';
import { type KnownData, viewInstanceData, viewSessionData } from '../model/known-data';
import { createInstance, type ScenarioInstance, type SessionVariable } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { getScenarioId, hasEnded, type TurnInstance } from './turn-instance';

type Variables = ReadonlyMap<string, SessionVariable>;

/** The data that a scenario sees when it starts (0.4). */
export interface StartData {
  /** Values of its local fields: its first own variables. */
  readonly own: FieldValues;
  readonly known: KnownData;
}

/**
 * Returns the data of a scenario that starts: this turn's values, the session's variables, and the profile (0.4). The variables include
 * results that ended instances have moved there, and not the fields that are forgotten.
 */
export function createStartData(
  scenario: CompiledScenario,
  localValues: FieldValues,
  instances: readonly TurnInstance[],
  context: SelectionContext,
): StartData {
  const own = collectOwnValues(scenario, localValues, instances);
  const variables = createStartVariables(scenario, instances, context);
  const isShared =
    own.size === 0 && scenario.localFields.size === 0 && variables === context.storedData.sessionVariables;
  const known = isShared
    ? context.known
    : viewInstanceData(own, variables, context.turn.customerData, scenario.localFields);
  return { own, known };
}

/** A run that replaces a finished one receives the local values that this turn gave to the finished run (2.3c). */
function collectOwnValues(
  { scenarioId, localFields }: CompiledScenario,
  localValues: FieldValues,
  instances: readonly TurnInstance[],
): FieldValues {
  const last = instances.find((instance) => instance.isRestarting && getScenarioId(instance) === scenarioId);
  if (!last || localFields.size === 0) return localValues;
  const own = new Map<string, JsonValue>(localValues);
  for (const field of localFields) {
    const value = last.view.instance.variables.get(field);
    if (value !== undefined && last.view.providedFields.has(field)) own.set(field, value);
  }
  return own;
}

/**
 * The session's variables after the instances that have ended so far; a new run does not see values that are forgotten when an earlier run
 * ends (0.4).
 */
function createStartVariables(
  scenario: CompiledScenario,
  instances: readonly TurnInstance[],
  { storedData }: SelectionContext,
): Variables {
  const ended = instances.filter(hasEnded);
  if (ended.length === 0) return storedData.sessionVariables;
  const isOwn = (instance: TurnInstance): boolean => getScenarioId(instance) === scenario.scenarioId;
  const remaining: Pick<InstanceView, 'scenario'>[] = instances
    .filter((instance) => !hasEnded(instance) && !isOwn(instance))
    .map(({ view }) => view);
  if (!ended.some(isOwn)) remaining.push({ scenario });
  return forgetEndedFields(storedData.sessionVariables, ended.map(getFinalView), remaining, storedData.providedFields);
}

/** The view of an ended instance without the results that its last walk forgot (0.4). */
function getFinalView({ view, walk }: TurnInstance): InstanceView {
  if (!walk || walk.forgottenFields.length === 0) return view;
  const variables = new Map(view.instance.variables);
  for (const field of walk.forgottenFields) variables.set(field, null);
  return { ...view, instance: { ...view.instance, variables } };
}

/** Creates the view of an instance that starts. The turn addresses it (0.7, step 8); no signal reaches it (0.2). */
export function createStartView(
  scenario: CompiledScenario,
  instanceId: string,
  startNumber: number,
  { own, known }: StartData,
  context: SelectionContext,
): InstanceView {
  const { session, revision, turn, storedData } = context;
  const key = {
    instanceId,
    scenarioId: scenario.scenarioId,
    scenarioVersion: scenario.version,
    startNumber,
    currentStepId: scenario.entryStep.stepId,
  };
  const providedFields =
    own.size === 0 ? storedData.providedFields : new Set([...storedData.providedFields, ...own.keys()]);
  return {
    instance: withVariables(createInstance(key, revision, turn.occurredAt), own, turn.occurredAt),
    scenario,
    step: scenario.entryStep,
    known,
    changedFields:
      known === context.known
        ? context.changedFields
        : findChangedFields(providedFields, viewSessionData(session.variables, turn.customerData), known),
    correctedFields: [],
    keptFields: [],
    providedFields,
    signals: noSignals,
    hasOutcome: false,
    hasConfirmedByKey: false,
    hasAnsweredRequest: false,
    hasDeclined: false,
    changesUsedValue: false,
    changesCollectedField: false,
    isNamed: true,
    hasReceivedAwaitedField: false,
    hasReceivedAskedField: false,
    rejectedAnswers: [],
    isAnswered: false,
    isAddressed: true,
    isConcerned: true,
    isAttemptExempt: true,
  };
}

/** Adds own variables to an instance. */
export function withVariables(instance: ScenarioInstance, values: FieldValues, storedAt: number): ScenarioInstance {
  if (values.size === 0) return instance;
  const variables = new Map([...instance.variables, ...values]);
  const variableTimes = new Map(instance.variableTimes);
  for (const name of values.keys()) variableTimes.set(name, storedAt);
  return { ...instance, variables, variableTimes };
}
