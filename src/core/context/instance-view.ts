import { type KnownData, viewInstanceData } from '../model/known-data';
import type { IgnoredOutcome } from '../model/lifecycle-decision';
import type { ScenarioInstance, Session } from '../model/session';
import type { StepOutcome, Turn } from '../model/turn';
import type { Catalogue } from '../scenario/catalogue';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { getStartTargets, type InstanceSignals, resolveSignals } from './instance-signals';
import { type ResolvedOutcomes, recordLateSuccesses, recordOutcomes, recordPassedCheckpoint } from './outcomes';
import { findChangedFields, findCorrectedFields, type StoredData } from './stored-data';

/** An instance on this turn, after its outcomes, data and corrections are recorded (0.7, steps 2 to 5). */
export interface InstanceView {
  /** The instance after the turn's outcomes, voided confirmations, passed checkpoints, loop counts and attempts are recorded. */
  readonly instance: ScenarioInstance;
  /** Undefined if the version of the instance no longer exists (2.1). */
  readonly scenario: CompiledScenario | undefined;
  /** Undefined if the version does not have the step (2.2). */
  readonly step: CompiledStep | undefined;
  readonly known: KnownData;
  /** Fields that became known, changed or were cleared for the instance this turn; sorted. */
  readonly changedFields: readonly string[];
  /** Fields used on the path that the variables or patch of this turn changed; sorted (3.9). */
  readonly correctedFields: readonly string[];
  /** Fields that the variables, the patch or the results of this turn contain. `clears` does not affect them (3.2). */
  readonly providedFields: ReadonlySet<string>;
  readonly signals: InstanceSignals;
  /** An outcome of this turn is about the instance. */
  readonly hasOutcome: boolean;
  /** A candidate at or above the start threshold names its scenario. */
  readonly isNamed: boolean;
  /** The variables or patch of this turn made a field known that the instance waits for (0.5). */
  readonly hasReceivedAwaitedField: boolean;
  /** Fields in the instance's open ASK whose values were rejected (section 10). */
  readonly rejectedAnswers: readonly string[];
  /** The turn addresses the instance (0.5). */
  readonly isAddressed: boolean;
  /**
   * The turn counts as an attempt. The attempt is removed if the turn starts another instance, because the turn then addresses that
   * instance (3.6).
   */
  readonly hasCountedAttempt: boolean;
}

/** Whether the instance was paused before the turn. */
export function wasPaused({ instance }: InstanceView): boolean {
  return instance.status === 'PAUSED';
}

/** Whether the required action of the step is under way: its ACTION_HINT was contributed and has no outcome. */
export function isAwaitingActionResult({ instance, step }: InstanceView): boolean {
  return instance.visit.openType === 'ACTION_HINT' && (step?.isRequiredAction ?? false);
}

/** The inputs of a view that all instances share. */
export interface ViewInput {
  readonly session: Session;
  readonly turn: Turn;
  readonly catalogue: Pick<Catalogue, 'getScenarioVersion'>;
  readonly focusInstanceId: string;
  readonly outcomes: ResolvedOutcomes;
  readonly storedData: StoredData;
  /**
   * The known data of the session before the data of the turn is stored. Instances without variables of their own share this and the next
   * two values.
   */
  readonly before: KnownData;
  readonly known: KnownData;
  readonly changedFields: readonly string[];
  /** Scenarios that a candidate at or above the start threshold names. */
  readonly namedScenarioIds: readonly string[];
  /** Fields of which the turn gave a value that was rejected (section 10). */
  readonly rejectedAnswers: ReadonlySet<string>;
}

/** A view before it is decided which instances the turn addresses. */
export type DraftView = InstanceView & { readonly ignoredOutcomes: readonly IgnoredOutcome[] };

export function createDraftView(instance: ScenarioInstance, input: ViewInput): DraftView {
  const { session, turn, storedData } = input;
  const { customerData } = turn;
  const scenario = input.catalogue.getScenarioVersion(instance.scenarioId, instance.scenarioVersion);
  const step = scenario?.steps.get(instance.currentStepId);
  const { variables, variableTimes } = storedData.instanceVariables.get(instance.instanceId) ?? instance;
  const before =
    instance.variables.size === 0
      ? input.before
      : viewInstanceData(instance.variables, session.variables, customerData);
  const known =
    variables.size === 0 ? input.known : viewInstanceData(variables, storedData.sessionVariables, customerData);
  const outcomes = input.outcomes.byInstance.get(instance.instanceId) ?? [];
  const providedFields = addResultFields(storedData.providedFields, outcomes);
  const isShared = providedFields === storedData.providedFields && before === input.before && known === input.known;
  const changedFields = isShared ? input.changedFields : findChangedFields(providedFields, before, known);
  const recorded = recordOutcomes(instance, step, outcomes, known);
  const hasProgressed = changedFields.some(
    (field) =>
      (scenario?.collectedFields.has(field) ?? false) && storedData.providedFields.has(field) && known.has(field),
  );
  const revision = session.revision + 1;
  const { irreversibleDone } = recordLateSuccesses(instance, scenario, input.outcomes.late, revision);
  const loopCounts = addFailures(
    hasProgressed && instance.loopCounts.size > 0 ? new Map() : instance.loopCounts,
    instance.currentStepId,
    recorded.failureCount,
  );
  const updated = updateInstance(instance, {
    visit: recorded.visit,
    irreversibleDone,
    loopCounts,
    variables,
    variableTimes,
  });
  return {
    instance: step ? recordPassedCheckpoint(updated, step, revision) : updated,
    scenario,
    step,
    known,
    changedFields,
    correctedFields: scenario
      ? findCorrectedFields(instance, scenario, changedFields, storedData.providedFields, before)
      : [],
    providedFields,
    signals: resolveSignals(instance, turn.situation.signals, input.focusInstanceId),
    hasOutcome: outcomes.length > 0,
    isNamed: input.namedScenarioIds.includes(instance.scenarioId),
    hasReceivedAwaitedField: hasReceivedAwaitedField(
      { instance, step, changedFields, known },
      storedData.providedFields,
      before,
    ),
    rejectedAnswers:
      instance.status === 'ACTIVE'
        ? instance.visit.openAskFields.filter((field) => input.rejectedAnswers.has(field))
        : [],
    isAddressed: false,
    hasCountedAttempt: false,
    ignoredOutcomes: recorded.ignored,
  };
}

function addResultFields(fields: ReadonlySet<string>, outcomes: readonly StepOutcome[]): ReadonlySet<string> {
  if (outcomes.every(({ results }) => results.size === 0)) return fields;
  const names = new Set(fields);
  for (const { results } of outcomes) for (const name of results.keys()) names.add(name);
  return names;
}

function addFailures(
  counts: ReadonlyMap<string, number>,
  stepId: string,
  failureCount: number,
): ReadonlyMap<string, number> {
  return failureCount === 0 ? counts : new Map(counts).set(stepId, (counts.get(stepId) ?? 0) + failureCount);
}

/** Returns the same instance if nothing changes. */
function updateInstance(
  instance: ScenarioInstance,
  {
    visit,
    irreversibleDone,
    loopCounts,
    variables,
    variableTimes,
  }: Pick<ScenarioInstance, 'visit' | 'irreversibleDone' | 'loopCounts' | 'variables' | 'variableTimes'>,
): ScenarioInstance {
  const isUnchanged =
    visit === instance.visit &&
    irreversibleDone === instance.irreversibleDone &&
    loopCounts === instance.loopCounts &&
    variables === instance.variables;
  if (isUnchanged) return instance;
  // Lists every property, like other large objects that each turn creates, so that all of them share one hidden class in V8. Overriding a
  // property after a spread costs as much as the whole literal (docs/performance.md).
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status: instance.status,
    startNumber: instance.startNumber,
    startedAt: instance.startedAt,
    lastActiveAt: instance.lastActiveAt,
    pausedAt: instance.pausedAt,
    pauseReason: instance.pauseReason,
    pausedAtTurnCount: instance.pausedAtTurnCount,
    displacedByInstanceIds: instance.displacedByInstanceIds,
    currentStepId: instance.currentStepId,
    visit,
    path: instance.path,
    irreversibleDone,
    stepsBeforeCheckpoint: instance.stepsBeforeCheckpoint,
    stepsTrimmedFromPath: instance.stepsTrimmedFromPath,
    loopCounts,
    lastVisitNumber: instance.lastVisitNumber,
    lastPathSequence: instance.lastPathSequence,
    variables,
    variableTimes,
    relocalizationCount: instance.relocalizationCount,
    globalTransitionGuards: instance.globalTransitionGuards,
  };
}

/** Whether the turn made a field known that the current step lacks or the open ASK lists (0.5). */
function hasReceivedAwaitedField(
  { instance, step, changedFields, known }: Pick<InstanceView, 'instance' | 'step' | 'changedFields' | 'known'>,
  providedFields: ReadonlySet<string>,
  before: KnownData,
): boolean {
  const { openAskFields } = instance.visit;
  const isAwaited = (field: string): boolean =>
    openAskFields.includes(field) || (!before.has(field) && (step?.collectedFields.includes(field) ?? false));
  return changedFields.some((field) => providedFields.has(field) && known.has(field) && isAwaited(field));
}

/**
 * Decides which instances the turn addresses, and counts an attempt for an unanswered ASK if it addresses no other instance (3.6). A rejected
 * value is always an attempt at the ASK that waits for it (section 10).
 */
export function markAddressed(
  views: readonly DraftView[],
  { turn, session, namedScenarioIds, storedData }: ViewInput,
): readonly InstanceView[] {
  const isMessage = turn.trigger === 'MESSAGE';
  const startTargets = getStartTargets(turn.situation.signals);
  const hasNewStart = [...startTargets].some((id) => !session.instances.some(({ scenarioId }) => scenarioId === id));
  const addressed = isMessage
    ? findAddressedInstances(views, namedScenarioIds.length > 0 || hasNewStart, storedData.providedFields)
    : views.filter(({ hasOutcome }) => hasOutcome);
  return views.map((view) => {
    const { instance } = view;
    const isAddressed = addressed.includes(view);
    const addressesOther = addressed.length > (isAddressed ? 1 : 0);
    const isRejected = view.rejectedAnswers.length > 0;
    const isUnanswered = !addressesOther && isAskUnanswered(view);
    const isAttempt = isMessage && (view.rejectedAnswers.length > 0 || isUnanswered);
    if (!isAddressed && !isAttempt) return view;
    return {
      ...view,
      isAddressed,
      hasCountedAttempt: isAttempt && !isRejected,
      instance: isAttempt
        ? { ...instance, visit: { ...instance.visit, attempts: instance.visit.attempts + 1 } }
        : instance,
    };
  });
}

/**
 * Finds the instances that a MESSAGE turn addresses (0.5): a START or CONTINUE is aimed at them, a candidate names their scenario, a field
 * that they wait for became known, a value for their open ASK was rejected, or an outcome is about them. If no instance meets one of these
 * tests and no candidate is at or above the threshold, a value that the variables or patch changed addresses the instances that collect it.
 */
function findAddressedInstances(
  views: readonly InstanceView[],
  hasCandidateAtThreshold: boolean,
  providedFields: ReadonlySet<string>,
): readonly InstanceView[] {
  const direct = views.filter(
    (view) =>
      view.signals.hasContinue ||
      view.isNamed ||
      view.hasReceivedAwaitedField ||
      view.rejectedAnswers.length > 0 ||
      view.hasOutcome,
  );
  if (direct.length > 0 || hasCandidateAtThreshold) return direct;
  return views.filter(({ scenario, changedFields }) =>
    changedFields.some((field) => providedFields.has(field) && (scenario?.collectedFields.has(field) ?? false)),
  );
}

/** Whether the turn leaves an open ASK of an active instance unanswered (3.6). */
function isAskUnanswered({ instance, changedFields, known, hasOutcome }: InstanceView): boolean {
  if (instance.status === 'PAUSED' || instance.visit.openType !== 'ASK' || hasOutcome) return false;
  return !instance.visit.openAskFields.some((field) => changedFields.includes(field) && known.has(field));
}
