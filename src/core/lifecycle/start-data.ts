import { noSignals } from '../context/instance-signals';
import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { FieldValues, JsonValue } from '../model/json';
import { type KnownData, viewInstanceData } from '../model/known-data';
import { createInstance, type ScenarioInstance, type SessionVariable } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { listForgottenFields, movePersistedResults } from './ended-data';
import { getScenarioId, hasEnded, type TurnInstance } from './turn-instance';

type Variables = ReadonlyMap<string, SessionVariable>;

/** The data that a scenario sees when it starts (0.4). */
export interface StartData {
  /** Values of its local fields: its first own variables. */
  readonly own: FieldValues;
  readonly known: KnownData;
}

/**
 * Returns the data of a scenario that starts: this turn's values, the session's variables with what ended instances have just moved there and
 * without what they forget, and the profile (0.4).
 */
export function createStartData(
  scenario: CompiledScenario,
  keptValues: FieldValues,
  instances: readonly TurnInstance[],
  context: SelectionContext,
): StartData {
  const own = collectOwnValues(scenario, keptValues, instances, context);
  const variables = createStartVariables(scenario, instances, context);
  const isShared = own.size === 0 && scenario.localFields.size === 0 && variables === context.storedData.sessionVariables;
  const known = isShared
    ? context.known
    : viewInstanceData(own, variables, context.turn.customerData, scenario.localFields);
  return { own, known };
}

/** Local fields: what earlier turns kept for the start, then what this turn gives. A restart takes what its last run was given (2.3c). */
function collectOwnValues(
  { scenarioId, localFields }: CompiledScenario,
  keptValues: FieldValues,
  instances: readonly TurnInstance[],
  { localStartValues }: SelectionContext,
): FieldValues {
  if (localFields.size === 0) return keptValues;
  const own = new Map<string, JsonValue>(keptValues);
  const restarted = instances.find((instance) => instance.restarts && getScenarioId(instance) === scenarioId);
  if (restarted) {
    const { view } = restarted;
    for (const field of localFields) {
      const value = view.instance.variables.get(field);
      if (value !== undefined && view.providedFields.has(field)) own.set(field, value);
    }
  }
  for (const [field, value] of localStartValues.get(scenarioId) ?? []) own.set(field, value);
  return own;
}

function createStartVariables(
  { scenarioId }: CompiledScenario,
  instances: readonly TurnInstance[],
  context: SelectionContext,
): Variables {
  const { sessionVariables } = context.storedData;
  const ended = instances.filter(hasEnded);
  if (ended.length === 0) return sessionVariables;
  const variables = movePersistedResults(sessionVariables, ended, context);
  const earlierRuns = ended.filter((instance) => getScenarioId(instance) === scenarioId);
  const others = instances.filter((instance) => !hasEnded(instance) && getScenarioId(instance) !== scenarioId);
  const forgotten = listForgottenFields(variables, earlierRuns, others, context);
  if (forgotten.size === 0) return variables;
  return new Map([...variables].filter(([field]) => !forgotten.has(field)));
}

/** Creates the view of an instance that starts. The turn addresses it (0.7, step 8); no signal reaches it (0.2). */
export function createStartView(
  scenario: CompiledScenario,
  instanceId: string,
  startNumber: number,
  { own, known }: StartData,
  context: SelectionContext,
): InstanceView {
  const { revision, turn, changedFields, storedData } = context;
  const key = {
    instanceId,
    scenarioId: scenario.scenarioId,
    scenarioVersion: scenario.version,
    startNumber,
    currentStepId: scenario.entryStep.stepId,
  };
  const draft = createInstance(key, revision, turn.occurredAt);
  return {
    instance: own.size === 0 ? draft : withVariables(draft, own, turn.occurredAt),
    scenario,
    step: scenario.entryStep,
    known,
    changedFields,
    correctedFields: [],
    providedFields: storedData.providedFields,
    signals: noSignals,
    hasOutcome: false,
    isNamed: true,
    hasReceivedAwaitedField: false,
    isAnswered: false,
    hasConfirmedByKey: false,
    hasAnsweredRequest: false,
    changesUsedValue: false,
    hasDeclinedConfirm: false,
    rejectedAnswers: [],
    isAddressed: true,
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
