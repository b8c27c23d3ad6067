import { changeInstance } from '../model/changes';
import type { FieldValues } from '../model/json';
import { type KnownData, viewInstanceData } from '../model/known-data';
import type { IgnoredOutcome } from '../model/lifecycle-decision';
import { findOpenRequest } from '../model/request';
import type { ScenarioInstance, Session } from '../model/session';
import type { Turn } from '../model/turn';
import type { Catalogue } from '../scenario/catalogue';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { recordAnswers } from './asks';
import { describeChanges, noChanges } from './changed-values';
import { holdValues, releaseValues, withHeld } from './held-values';
import { type InstanceSignals, resolveSignals } from './instance-signals';
import { recordLateSuccesses, recordPassedCheckpoints } from './outcomes/irreversible';
import type { ResolvedOutcome } from './outcomes/outcome-target';
import { listVisits, recordOutcomes, voidChangedConfirms } from './outcomes/record-outcomes';
import { findChangedFields, type StoredData } from './stored-data';
import { collectCorrections, findCorrectedFields } from './used-fields';
import { findVisitRequest, isWriteUnderWay, toVisitState } from './visit-state';

/** An instance on this turn, after its outcomes, data and corrections are recorded (0.7, steps 2 to 5). */
export interface InstanceView {
  /** The instance after the turn's outcomes, voided requests, passed checkpoints and loop counts are recorded. Attempts are counted later. */
  readonly instance: ScenarioInstance;
  /** Undefined if the version of the instance no longer exists (2.1). */
  readonly scenario: CompiledScenario | undefined;
  /** Undefined if the version does not have the step (2.2). */
  readonly step: CompiledStep | undefined;
  readonly known: KnownData;
  /** Fields that became known, changed or were cleared for the instance this turn; sorted. */
  readonly changedFields: readonly string[];
  /** Fields used on the route whose value changed on this turn, or on an earlier turn without a walk; sorted (3.9). */
  readonly correctedFields: readonly string[];
  /** Corrected fields that take no effect because the action that used them has succeeded on this turn; sorted (3.9). */
  readonly keptFields: readonly string[];
  /** Fields that the variables, the patch or the results of this turn contain (3.2, `clears`). */
  readonly providedFields: ReadonlySet<string>;
  readonly signals: InstanceSignals;
  /** An applied outcome of this turn is about the instance (0.6). */
  readonly hasOutcome: boolean;
  /** An outcome with the key of its open CONFIRM was applied (2.11). */
  readonly hasConfirmedByKey: boolean;
  /** This turn answered its open ASK or CONFIRM. */
  readonly hasAnsweredRequest: boolean;
  /** The CONFIRM of its visit was DECLINED (2.5). */
  readonly hasDeclined: boolean;
  /** This turn changes a value that the instance used or confirms (2.5). */
  readonly changesUsedValue: boolean;
  /** Variables or patch of this turn change a field that its scenario collects (0.5). */
  readonly changesCollectedField: boolean;
  /** A candidate at or above the start threshold names its scenario. */
  readonly isNamed: boolean;
  /** The variables or patch of this turn made a field known that the step lacks or the open ASK lists (0.5). */
  readonly hasReceivedAwaitedField: boolean;
  /** A field of its open ASK was given again, declined or changed (0.5). */
  readonly hasReceivedAskedField: boolean;
  /** Fields in the instance's open ASK whose values were rejected (section 10). */
  readonly rejectedAnswers: readonly string[];
  /** Paused only: the turn gives a field of its open ASK that no active instance waits for (2.11). */
  readonly isAnswered: boolean;
  /** The turn addresses the instance (0.5). Instances that start are not counted here. */
  readonly isAddressed: boolean;
  /** Not MESSAGE: something of the turn concerns the instance, so that it walks (0.5). */
  readonly isConcerned: boolean;
  /** MESSAGE: the turn does not count as an attempt at its open request (0.8). */
  readonly isAttemptExempt: boolean;
}

/** Whether the instance was paused before the turn. */
export function wasPaused({ instance }: InstanceView): boolean {
  return instance.status === 'PAUSED';
}

/** The inputs of a view that all instances share. */
export interface ViewInput {
  readonly session: Session;
  readonly turn: Turn;
  readonly catalogue: Pick<Catalogue, 'getScenarioVersion'>;
  readonly focusInstanceId: string;
  /** In request order. */
  readonly outcomes: readonly ResolvedOutcome[];
  readonly storedData: StoredData;
  /** The known data of the session before the data of the turn is stored; shared by instances without variables of their own. */
  readonly before: KnownData;
  readonly known: KnownData;
  readonly changedFields: readonly string[];
  /** Scenarios that a candidate at or above the start threshold names. */
  readonly namedScenarioIds: ReadonlySet<string>;
  /** Not MESSAGE: the instances with a timer that is due (section 14). */
  readonly dueInstanceIds: ReadonlySet<string>;
  /** Fields of which the turn gave a value that was rejected (section 10). */
  readonly rejectedAnswers: ReadonlySet<string>;
}

/** A view before it is decided which instances the turn addresses. */
export type DraftView = InstanceView & { readonly ignoredOutcomes: readonly IgnoredOutcome[] };

const noFields: ReadonlySet<string> = new Set();
const noValues: FieldValues = new Map();
const noNames: readonly string[] = [];
const noCounts: ReadonlyMap<string, number> = new Map();

/** Records what a turn does to one instance. */
export function createDraftView(original: ScenarioInstance, input: ViewInput): DraftView {
  const { session, turn, storedData } = input;
  const { instanceId } = original;
  const scenario = input.catalogue.getScenarioVersion(original.scenarioId, original.scenarioVersion);
  const step = scenario?.steps.get(original.currentStepId);
  const localFields = scenario?.localFields ?? noFields;
  const isMessage = turn.trigger === 'MESSAGE';
  const { variables, variableTimes } = storedData.instanceVariables.get(instanceId) ?? original;
  const isPlain = variables.size === 0 && withHeld(original).size === 0 && localFields.size === 0;
  const before = isPlain
    ? input.before
    : viewInstanceData(withHeld(original), session.variables, turn.customerData, localFields);
  const unheld = isPlain
    ? input.known
    : viewInstanceData(variables, storedData.sessionVariables, turn.customerData, localFields);
  const toKnown = (own: FieldValues, held: FieldValues): KnownData =>
    held.size === 0 && own === variables
      ? unheld
      : viewInstanceData(new Map([...own, ...held]), storedData.sessionVariables, turn.customerData, localFields);

  const outcomes = input.outcomes.filter(
    ({ target }) => target.kind !== 'choice' && target.kind !== 'ignored' && target.instanceId === instanceId,
  );
  const provided = listProvided(instanceId, storedData, localFields);
  const resultNames = outcomes.length === 0 ? noNames : outcomes.flatMap(({ outcome }) => [...outcome.results.keys()]);
  const providedFields = resultNames.length === 0 ? provided : new Set([...provided, ...resultNames]);

  // Values that were confirmed are held while the WRITE action is under way (3.9).
  const wasUnderWay = step !== undefined && isWriteUnderWay(toVisitState(original, step));
  const held = wasUnderWay ? holdValues(original, unheld) : noValues;
  const isStored = variables === original.variables && held.size === 0 && original.heldValues.size === 0;
  const stored = isStored ? original : changeInstance(original, { variables, variableTimes, heldValues: held });
  const voided = voidChangedConfirms(stored, step, toKnown(variables, held));
  const recorded = recordOutcomes(voided, scenario, outcomes);
  const isUnderWay = step !== undefined && isWriteUnderWay(toVisitState(recorded.instance, step));
  const release = isUnderWay ? undefined : releaseValues(recorded.instance, original, held, resultNames);
  const settled = release?.instance ?? recorded.instance;
  const known = toKnown(settled.variables, settled.heldValues);
  const afterVoid = release ? voidChangedConfirms(settled, step, known) : settled;

  const changedFields =
    isPlain && known === input.known && providedFields === storedData.providedFields
      ? input.changedFields
      : findChangedFields(providedFields, before, known);
  const changedByCustomer =
    providedFields === provided ? changedFields : changedFields.filter((field) => provided.has(field));
  const declined = listDeclined(instanceId, storedData);
  const answers = scenario
    ? recordAnswers(afterVoid, scenario, { names: provided, declined, known }, isMessage)
    : { instance: afterVoid, hasAnswered: false };
  const corrections = scenario
    ? collectCorrections({
        instance: answers.instance,
        scenario,
        changedFields: changedByCustomer,
        before,
        wasSettled: (field) => original.settledFields.has(field) || session.declinedFields.includes(field),
        heldValues: release?.corrections ?? noValues,
      })
    : original.pendingCorrections;
  const changes =
    changedByCustomer.length === 0
      ? noChanges
      : describeChanges(changedByCustomer, { original, scenario, step, before, known, corrections });
  const withCounts = updateCounts(answers.instance, changes.hasProgressed, recorded.failureCount);
  const withCorrections =
    corrections.size === 0 && withCounts.pendingCorrections.size === 0
      ? withCounts
      : changeInstance(withCounts, { pendingCorrections: corrections });
  const revision = session.revision + 1;
  const withLate = recordLateSuccesses(withCorrections, scenario, input.outcomes, revision, listVisits(original.visit));
  const instance = scenario ? recordPassedCheckpoints(withLate, scenario, revision) : withLate;
  const ask = findOpenRequest(original.requests, 'ASK');
  return {
    instance,
    scenario,
    step,
    known,
    changedFields,
    correctedFields: findCorrectedFields(corrections, known),
    keptFields: release?.keptFields ?? noNames,
    providedFields,
    signals: resolveSignals(original, turn.situation.signals, input.focusInstanceId),
    hasOutcome:
      recorded.hasOutcomeOfVisit || isAwaitedResult(recorded.lateResultNames, scenario, step, instance, before),
    hasConfirmedByKey: recorded.hasConfirmedByKey,
    hasAnsweredRequest: answers.hasAnswered || recorded.hasOutcomeOfVisit,
    hasDeclined: instance.visit.outcome === 'DECLINED' && findVisitRequest(instance, 'CONFIRM')?.outcome === 'DECLINED',
    changesCollectedField: changes.changesCollectedField,
    changesUsedValue: changes.changesUsedValue,
    isNamed: input.namedScenarioIds.has(original.scenarioId),
    hasReceivedAwaitedField: changes.hasReceivedAwaitedField,
    hasReceivedAskedField: answers.hasAnswered || changes.changesAskedField,
    rejectedAnswers:
      ask && input.rejectedAnswers.size > 0 && original.status === 'ACTIVE'
        ? ask.fields.filter((field) => input.rejectedAnswers.has(field))
        : noNames,
    isAnswered: false,
    isAddressed: false,
    isConcerned: false,
    isAttemptExempt: false,
    ignoredOutcomes: recorded.ignored,
  };
}

/** The names that the patch and the candidate variables give the instance. Its local fields come only from what it took itself. */
function listProvided(
  instanceId: string,
  { providedFields, localVariables }: StoredData,
  localFields: ReadonlySet<string>,
): ReadonlySet<string> {
  const taken = localVariables.get(instanceId);
  if (!taken && localFields.size === 0) return providedFields;
  const names = new Set([...providedFields].filter((name) => !localFields.has(name)));
  for (const { name } of taken ?? []) names.add(name);
  return names;
}

function listDeclined(instanceId: string, { declinedFields, localVariables }: StoredData): ReadonlySet<string> {
  const taken = localVariables.get(instanceId) ?? [];
  if (declinedFields.length === 0 && taken.length === 0) return noFields;
  return new Set([...declinedFields, ...taken.filter(({ declined }) => declined).map(({ name }) => name)]);
}

/** All loop counts and attempts return to 0 when a field that the scenario collects becomes known or changes (3.6). */
function updateCounts(instance: ScenarioInstance, hasProgressed: boolean, failureCount: number): ScenarioInstance {
  const { loopCounts, attempts, currentStepId } = instance;
  const isReset = hasProgressed && (loopCounts.size > 0 || attempts > 0);
  if (!isReset && failureCount === 0) return instance;
  if (isReset && failureCount === 0) return changeInstance(instance, { loopCounts: noCounts, attempts: 0 });
  const counts = isReset ? new Map<string, number>() : new Map(loopCounts);
  if (failureCount > 0) counts.set(currentStepId, (counts.get(currentStepId) ?? 0) + failureCount);
  return changeInstance(instance, { loopCounts: counts, attempts: isReset ? 0 : attempts });
}

/** Whether a result of a visit that was left is about the instance: a transition of the current step waits for it (0.6). */
function isAwaitedResult(
  names: readonly string[],
  scenario: CompiledScenario | undefined,
  step: CompiledStep | undefined,
  instance: ScenarioInstance,
  before: KnownData,
): boolean {
  if (!scenario || !step || names.length === 0) return false;
  const transitions = [...step.anytimeTransitions, ...step.completionTransitions, ...scenario.globalTransitions];
  return names.some(
    (name) =>
      !before.has(name) &&
      instance.variables.has(name) &&
      transitions.some(({ fieldsRead }) => fieldsRead.includes(name)),
  );
}
