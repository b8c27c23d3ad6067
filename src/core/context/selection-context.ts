import { findFocusInstanceId } from '../model/focus';
import type { Fields } from '../model/json';
import { type KnownData, toFields, viewInstanceData, viewSessionData } from '../model/known-data';
import type { IgnoredOutcome } from '../model/lifecycle-decision';
import type { ModelProposal } from '../model/model-proposal';
import type { ScenarioInstance, Session } from '../model/session';
import type { OrchestrationSettings } from '../model/settings';
import { getIntent, type ScenarioCandidate, type StepOutcome, type Turn } from '../model/turn';
import type { Catalogue } from '../scenario/catalogue';
import { findAddressedInstances, hasReceivedAwaitedField, isAskUnanswered } from './addressed';
import { findChangedFields, findCorrectedFields } from './changed-fields';
import { getStartTargets, resolveSignals } from './instance-signals';
import type { InstanceView } from './instance-view';
import { recordLateSuccesses } from './late-successes';
import { recordOutcomes, recordPassedCheckpoint } from './recorded-outcomes';
import { type LateOutcome, type ResolvedOutcomes, resolveOutcomes } from './resolved-outcomes';
import { type StoredData, storeData } from './stored-data';

/** Everything that a turn is decided on. The id of a new instance is an input like the rest. */
export interface TurnInput {
  readonly session: Session;
  readonly turn: Turn;
  readonly catalogue: Catalogue;
  readonly settings: OrchestrationSettings;
  /** The id of the instance that this turn would start of a scenario. */
  readonly getNewInstanceId: (scenarioId: string) => string;
  /** Undefined where no model was asked (section 9). */
  readonly proposal?: ModelProposal | undefined;
}

/** A candidate with what the model said about it. */
export interface EvaluatedCandidate extends ScenarioCandidate {
  /** Undefined where the model said nothing: its score decides. */
  readonly fits: boolean | undefined;
}

/** P6.1: request, session and catalogue joined (section 1; 0.7, steps 2 to 5). */
export interface SelectionContext extends TurnInput {
  /** The session's revision after the turn. */
  readonly revision: number;
  /** The session's turn count after the turn. */
  readonly turnCount: number;
  readonly intent: string;
  readonly focusInstanceId: string;
  /** In start order. */
  readonly views: readonly InstanceView[];
  /** At least one existing instance is addressed. */
  readonly hasAddressedInstance: boolean;
  /** Each scenario once, with its highest score; NOT_FOUND ones included; in request order. */
  readonly candidates: readonly EvaluatedCandidate[];
  readonly storedData: StoredData;
  /** What the session knows after storing; for scenarios without an instance. */
  readonly known: KnownData;
  /** Changed for the session as a whole; sorted. */
  readonly changedFields: readonly string[];
  readonly lateOutcomes: readonly LateOutcome[];
  /** Outcomes that changed no stage, late ones included, in request order. */
  readonly ignoredOutcomes: readonly IgnoredOutcome[];
  /** The session's variables as a condition reads them. */
  readonly sessionFields: Fields;
}

/** Joins what a turn is decided on. Pure. */
export function selectContext(input: TurnInput): SelectionContext {
  const { session, turn, catalogue, settings, getNewInstanceId: instanceIdOf, proposal } = input;
  const focusInstanceId = findFocusInstanceId(session);
  const outcomes = resolveOutcomes(session, turn.stepOutcomes, focusInstanceId);
  const stored = storeData(session, turn, outcomes.byInstance);
  const before = viewSessionData(session.variables, turn.customerData);
  const known = viewSessionData(stored.sessionVariables, turn.customerData);
  const candidates = collapse(turn.candidates).map(({ scenarioId, score, reasoning }) => ({
    scenarioId,
    score,
    reasoning,
    fits: proposal?.fits.get(scenarioId),
  }));
  const named = candidates.filter((each) => meetsStartThreshold(each, settings)).map(({ scenarioId }) => scenarioId);
  const changed = findChangedFields(stored.providedFields, before, known);
  const draft = { input, focusInstanceId, outcomes, stored, before, known, changed, named };
  const drafted = session.instances.map((instance) => draftView(instance, draft));
  const ignored: IgnoredOutcome[] = [...outcomes.late];
  for (const view of drafted) ignored.push(...view.ignored);
  const views = withAddressed(drafted, input, named, stored.providedFields);
  // Spelled out: see withRecorded.
  return {
    session,
    turn,
    catalogue,
    settings,
    getNewInstanceId: instanceIdOf,
    proposal,
    revision: session.revision + 1,
    turnCount: session.turnCount + (turn.trigger === 'MESSAGE' ? 1 : 0),
    intent: getIntent(turn.situation),
    focusInstanceId,
    views,
    hasAddressedInstance: views.some(({ isAddressed: addressed }) => addressed),
    candidates,
    storedData: stored,
    known,
    changedFields: changed,
    lateOutcomes: outcomes.late,
    ignoredOutcomes: inRequestOrder(ignored, turn.stepOutcomes),
    sessionFields: toFields(stored.sessionVariables),
  };
}

/** Whether a candidate may start as far as its score goes; a model's word takes the place of the score (2.12, section 9). */
export function meetsStartThreshold(
  { score, fits }: { readonly score: number; readonly fits: boolean | undefined },
  { startThreshold }: OrchestrationSettings,
): boolean {
  return fits ?? score >= startThreshold;
}

interface ViewDraft {
  readonly input: TurnInput;
  readonly focusInstanceId: string;
  readonly outcomes: ResolvedOutcomes;
  readonly stored: StoredData;
  /** What the session knows before and after storing, and what changed: also what each instance without own variables does. */
  readonly before: KnownData;
  readonly known: KnownData;
  readonly changed: readonly string[];
  readonly named: readonly string[];
}

/** A view before it is known whom the turn addresses. */
type DraftedView = InstanceView & { readonly ignored: readonly IgnoredOutcome[] };

function draftView(instance: ScenarioInstance, draft: ViewDraft): DraftedView {
  const { input, stored } = draft;
  const scenario = input.catalogue.getScenarioVersion(instance.scenarioId, instance.scenarioVersion);
  const step = scenario?.steps.get(instance.currentStepId);
  const variables = stored.instanceVariables.get(instance.instanceId) ?? instance.variables;
  const { customerData } = input.turn;
  const before =
    instance.variables.size === 0
      ? draft.before
      : viewInstanceData(instance.variables, input.session.variables, customerData);
  const known = variables.size === 0 ? draft.known : viewInstanceData(variables, stored.sessionVariables, customerData);
  const outcomes = draft.outcomes.byInstance.get(instance.instanceId) ?? [];
  const given = withResults(stored.providedFields, outcomes);
  const isShared = given === stored.providedFields && before === draft.before && known === draft.known;
  const changed = isShared ? draft.changed : findChangedFields(given, before, known);
  const recorded = recordOutcomes(instance, step, outcomes, known);
  const progressed = changed.some(
    (field) => (scenario?.collectedFields.has(field) ?? false) && stored.providedFields.has(field) && known.has(field),
  );
  const revision = input.session.revision + 1;
  const { irreversibleDone } = recordLateSuccesses(instance, scenario, draft.outcomes.late, revision);
  const loopCounts = countedFailures(
    progressed && instance.loopCounts.size > 0 ? new Map() : instance.loopCounts,
    instance.currentStepId,
    recorded.failures,
  );
  const counted = withRecorded(instance, { visit: recorded.visit, irreversibleDone, loopCounts, variables });
  return {
    instance: step ? recordPassedCheckpoint(counted, step, revision) : counted,
    scenario,
    step,
    known,
    changedFields: changed,
    correctedFields: scenario ? findCorrectedFields(instance, scenario, changed, stored.providedFields, before) : [],
    providedFields: given,
    signals: resolveSignals(instance, input.turn.situation.signals, draft.focusInstanceId),
    hasOutcome: outcomes.length > 0,
    isNamed: draft.named.includes(instance.scenarioId),
    hasReceivedAwaitedField: hasReceivedAwaitedField(
      { instance, step, changedFields: changed, known },
      stored.providedFields,
      before,
    ),
    isAddressed: false,
    hasCountedAttempt: false,
    ignored: recorded.ignored,
  };
}

type Recorded = Pick<ScenarioInstance, 'visit' | 'irreversibleDone' | 'loopCounts' | 'variables'>;

/** The instance with what was recorded: itself where that is what it had. */
function withRecorded(
  instance: ScenarioInstance,
  { visit, irreversibleDone, loopCounts, variables }: Recorded,
): ScenarioInstance {
  const isSame =
    visit === instance.visit &&
    irreversibleDone === instance.irreversibleDone &&
    loopCounts === instance.loopCounts &&
    variables === instance.variables;
  if (isSame) return instance;
  // Spelled out, here and wherever every turn makes an object of this size: then all of a kind share one hidden class of V8. Behind
  // a spread a property costs as much as a whole literal does, and copies of copies are slower still (docs/performance.md).
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
    relocalizationCount: instance.relocalizationCount,
    globalTransitionGuards: instance.globalTransitionGuards,
  };
}

function withResults(given: ReadonlySet<string>, outcomes: readonly StepOutcome[]): ReadonlySet<string> {
  if (outcomes.every(({ results }) => results.size === 0)) return given;
  const names = new Set(given);
  for (const { results } of outcomes) for (const name of results.keys()) names.add(name);
  return names;
}

function countedFailures(
  counts: ReadonlyMap<string, number>,
  stepId: string,
  failures: number,
): ReadonlyMap<string, number> {
  return failures === 0 ? counts : new Map(counts).set(stepId, (counts.get(stepId) ?? 0) + failures);
}

/** Whom the turn addresses, and the attempt that it counts where it leaves an ASK unanswered and addresses nobody else (3.6). */
function withAddressed(
  drafted: readonly DraftedView[],
  { turn, session }: TurnInput,
  named: readonly string[],
  given: ReadonlySet<string>,
): readonly InstanceView[] {
  const isMessage = turn.trigger === 'MESSAGE';
  const starts = getStartTargets(turn.situation.signals);
  const startsNew = [...starts].some((id) => !session.instances.some(({ scenarioId }) => scenarioId === id));
  const addressed = isMessage
    ? findAddressedInstances(drafted, named.length > 0 || startsNew, given)
    : drafted.filter(({ hasOutcome }) => hasOutcome);
  return drafted.map((view) => {
    const { instance } = view;
    const self = addressed.includes(view);
    const others = addressed.length - (self ? 1 : 0);
    const attempt = isMessage && others === 0 && isAskUnanswered(view);
    if (!self && !attempt) return view;
    return {
      ...view,
      isAddressed: self,
      hasCountedAttempt: attempt,
      instance: attempt
        ? { ...instance, visit: { ...instance.visit, attempts: instance.visit.attempts + 1 } }
        : instance,
    };
  });
}

/** Duplicate candidates collapse to the highest score (section 1). */
function collapse(candidates: readonly ScenarioCandidate[]): readonly ScenarioCandidate[] {
  if (candidates.length < 2) return candidates;
  const best = new Map<string, ScenarioCandidate>();
  for (const candidate of candidates) {
    const other = best.get(candidate.scenarioId);
    if (!other || candidate.score > other.score) best.set(candidate.scenarioId, candidate);
  }
  return [...best.values()];
}

function inRequestOrder(
  ignored: readonly IgnoredOutcome[],
  outcomes: readonly StepOutcome[],
): readonly IgnoredOutcome[] {
  if (ignored.length < 2) return ignored;
  return [...ignored].sort((a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome));
}
