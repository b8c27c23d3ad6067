import { changeInstance, copyInstance } from '../model/changes';
import type { Draft } from '../model/draft';
import type { FieldValues } from '../model/json';
import type { KnownData } from '../model/known-data';
import { findOpenRequest } from '../model/request';
import type { ScenarioInstance } from '../model/session';
import { listVisitNumbers } from '../model/visit';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { type AnsweredAsks, recordAnswers } from './asks';
import { type ChangedValues, describeChanges, noChanges } from './changed-values';
import { holdValues, type ReleasedValues, releaseValues } from './held-values';
import { type InstanceData, listDeclined, viewData, viewDataWith } from './instance-data';
import { resolveSignals } from './instance-signals';
import type { DraftView, ViewInput } from './instance-view';
import { recordLateSuccesses, recordPassedCheckpoints } from './outcomes/irreversible';
import type { ResolvedOutcome } from './outcomes/outcome-target';
import { type RecordedOutcomes, recordOutcomes, voidChangedConfirms } from './outcomes/record-outcomes';
import { findChangedFields } from './stored-data';
import { listTransitions } from './timers';
import { type Corrections, collectCorrections, findCorrectedFields } from './used-fields';
import { findVisitRequest, isWriteUnderWay, toVisitState } from './visit-state';

const noValues: FieldValues = new Map();
const noNames: readonly string[] = [];
const noCounts: ReadonlyMap<string, number> = new Map();

/** Records what a turn does to one instance. */
export function createDraftView(original: ScenarioInstance, input: ViewInput): Draft<DraftView> {
  const { turn } = input;
  const scenario = input.catalogue.getScenarioVersion(original.scenarioId, original.scenarioVersion);
  const step = scenario?.steps.get(original.currentStepId);
  const data = viewData(original, scenario, input);
  const definition = { scenario, step };
  const outcomes = listOutcomes(original, input);
  const resultNames = outcomes.length === 0 ? noNames : outcomes.flatMap(({ outcome }) => [...outcome.results.keys()]);
  const updated = applyOutcomes(original, definition, data, outcomes, resultNames, input);
  const { recorded, release, known } = updated;
  const changed = recordChanges(original, definition, data, updated, resultNames, input);
  const { answers, changes, corrections } = changed;
  const instance = recordIrreversible(changed.instance, original, scenario, input);
  return {
    instance,
    scenario,
    step,
    known,
    changedFields: changed.changedFields,
    correctedFields: findCorrectedFields(corrections, known),
    keptFields: release?.keptFields ?? noNames,
    providedFields: changed.providedFields,
    signals: resolveSignals(original, turn.situation.signals, input.focusInstanceId),
    hasOutcome:
      recorded.hasVisitOutcome || isAwaitedResult(recorded.lateResultNames, definition, instance, data.before),
    hasConfirmedByKey: recorded.hasConfirmedByKey,
    hasAnsweredRequest: answers.hasAnswered || recorded.hasVisitOutcome,
    hasDeclined: instance.visit.outcome === 'DECLINED' && findVisitRequest(instance, 'CONFIRM')?.outcome === 'DECLINED',
    changesCollectedField: changes.changesCollectedField,
    changesUsedValue: changes.changesUsedValue,
    isNamed: input.namedScenarioIds.has(original.scenarioId),
    hasReceivedAwaitedField: changes.hasReceivedAwaitedField,
    hasReceivedAskedField: answers.hasAnswered || changes.changesAskedField,
    rejectedAnswers: listRejectedAnswers(original, input),
    isAnswered: false,
    isAddressed: false,
    isConcerned: false,
    isAttemptExempt: false,
    ignoredOutcomes: recorded.ignored,
    changedByCustomer: changed.changedByCustomer,
  };
}

const noOutcomes: readonly ResolvedOutcome[] = [];

/** Lists the outcomes that are applied to the instance. */
function listOutcomes({ instanceId }: ScenarioInstance, { outcomes }: ViewInput): readonly ResolvedOutcome[] {
  if (outcomes.length === 0) return noOutcomes;
  return outcomes.filter(({ target }) => target.kind !== 'ignored' && target.instanceId === instanceId);
}

/** Records late successes and passed checkpoints (0.6, 3.7). */
function recordIrreversible(
  instance: ScenarioInstance,
  original: ScenarioInstance,
  scenario: CompiledScenario | undefined,
  { session, outcomes }: ViewInput,
): ScenarioInstance {
  const revision = session.revision + 1;
  const withLate =
    outcomes.length === 0
      ? instance
      : recordLateSuccesses(instance, scenario, outcomes, revision, listVisitNumbers(original.visit));
  return scenario ? recordPassedCheckpoints(withLate, scenario, revision) : withLate;
}

/** The definition of an instance. Undefined if its version, or its step in it, no longer exists. */
interface InstanceDefinition {
  readonly scenario: CompiledScenario | undefined;
  readonly step: CompiledStep | undefined;
}

/** An instance after the data and the outcomes of the turn are recorded. */
interface UpdatedInstance {
  readonly instance: ScenarioInstance;
  readonly known: KnownData;
  readonly recorded: RecordedOutcomes;
  /** Undefined while a WRITE action is under way. */
  readonly release: ReleasedValues | undefined;
}

/** Records the outcomes. Values that were confirmed are held while the WRITE action is under way (3.9). */
function applyOutcomes(
  original: ScenarioInstance,
  { scenario, step }: InstanceDefinition,
  data: InstanceData,
  outcomes: readonly ResolvedOutcome[],
  resultNames: readonly string[],
  input: ViewInput,
): UpdatedInstance {
  const { variables, variableTimes } = data;
  const heldValues = isActionUnderWay(original, step) ? holdValues(original, data.current) : noValues;
  const isUnchanged = variables === original.variables && heldValues.size === 0 && original.heldValues.size === 0;
  const stored = isUnchanged ? original : changeInstance(original, { variables, variableTimes, heldValues });
  const voided = voidChangedConfirms(stored, step, viewDataWith(variables, heldValues, data, input));
  const recorded = recordOutcomes(voided, scenario, outcomes);
  const release = isActionUnderWay(recorded.instance, step)
    ? undefined
    : releaseValues(recorded.instance, original, heldValues, resultNames);
  const instance = release?.instance ?? recorded.instance;
  const known = viewDataWith(instance.variables, instance.heldValues, data, input);
  return { instance: release ? voidChangedConfirms(instance, step, known) : instance, known, recorded, release };
}

function isActionUnderWay(instance: ScenarioInstance, step: CompiledStep | undefined): boolean {
  return step?.isWriteAction === true && isWriteUnderWay(toVisitState(instance, step));
}

/** An instance after the changed fields of the turn are recorded, with their effect on it. */
interface ChangedInstance {
  readonly instance: ScenarioInstance;
  readonly providedFields: ReadonlySet<string>;
  readonly changedFields: readonly string[];
  readonly changedByCustomer: readonly string[];
  readonly answers: AnsweredAsks;
  readonly changes: ChangedValues;
  readonly corrections: Corrections;
}

/** Records answered ASKs (3.1), corrections (3.9) and loop counts (3.6). */
function recordChanges(
  original: ScenarioInstance,
  { scenario, step }: InstanceDefinition,
  data: InstanceData,
  { instance, known, recorded, release }: UpdatedInstance,
  resultNames: readonly string[],
  input: ViewInput,
): ChangedInstance {
  const { session, turn, storedData } = input;
  const { before, providedNames } = data;
  const providedFields = resultNames.length === 0 ? providedNames : new Set([...providedNames, ...resultNames]);
  // The instance sees the data of the session, and so the same changes: the case of most instances on most turns.
  const changedFields = known === input.known ? input.changedFields : findChangedFields(providedFields, before, known);
  const changedByCustomer =
    providedFields === providedNames ? changedFields : changedFields.filter((field) => providedNames.has(field));
  const declined = listDeclined(original.instanceId, storedData);
  const answers = scenario
    ? recordAnswers(instance, scenario, { names: providedNames, declined, known }, turn.trigger === 'MESSAGE')
    : { instance, hasAnswered: false };
  const heldValues = release?.corrections ?? noValues;
  const isUnchanged = changedByCustomer.length === 0 && heldValues.size === 0;
  const corrections =
    isUnchanged || !scenario
      ? answers.instance.pendingCorrections
      : collectCorrections({
          instance: answers.instance,
          scenario,
          changedFields: changedByCustomer,
          original,
          declinedFields: session.declinedFields,
          before,
          heldValues,
        });
  const changes = isUnchanged
    ? noChanges
    : describeChanges(changedByCustomer, { original, scenario, step, before, known, corrections });
  const counted = updateCounts(answers.instance, changes.hasProgressed, recorded.failureCount);
  return {
    instance: withCorrections(counted, corrections),
    providedFields,
    changedFields,
    changedByCustomer,
    answers,
    changes,
    corrections,
  };
}

function withCorrections(instance: ScenarioInstance, corrections: Corrections): ScenarioInstance {
  const { pendingCorrections } = instance;
  if (pendingCorrections === corrections || (pendingCorrections.size === 0 && corrections.size === 0)) return instance;
  const corrected = copyInstance(instance);
  corrected.pendingCorrections = corrections;
  return corrected;
}

/** All loop counts and attempts return to 0 when a field that the scenario collects becomes known or changes (3.6). */
function updateCounts(instance: ScenarioInstance, hasProgressed: boolean, failureCount: number): ScenarioInstance {
  const { loopCounts, attempts, currentStepId } = instance;
  const isReset = hasProgressed && (loopCounts.size > 0 || attempts > 0);
  if (!isReset && failureCount === 0) return instance;
  const counted = copyInstance(instance);
  const counts = isReset ? noCounts : loopCounts;
  if (isReset) counted.attempts = 0;
  counted.loopCounts =
    failureCount === 0 ? counts : new Map(counts).set(currentStepId, (counts.get(currentStepId) ?? 0) + failureCount);
  return counted;
}

/** Lists the fields of the open ASK whose value was rejected on this turn (section 10). */
function listRejectedAnswers(original: ScenarioInstance, { rejectedAnswers }: ViewInput): readonly string[] {
  if (rejectedAnswers.size === 0) return noNames;
  const ask = findOpenRequest(original.requests, 'ASK');
  return ask ? ask.fields.filter((field) => rejectedAnswers.has(field)) : noNames;
}

/** Whether a result of a visit that was left is about the instance: a transition of the current step waits for it (0.6). */
function isAwaitedResult(
  names: readonly string[],
  { scenario, step }: InstanceDefinition,
  instance: ScenarioInstance,
  before: KnownData,
): boolean {
  if (!scenario || !step) return false;
  return names.some(
    (name) =>
      !before.has(name) &&
      instance.variables.has(name) &&
      listTransitions({ scenario, step }).some(({ fieldsRead }) => fieldsRead.includes(name)),
  );
}
