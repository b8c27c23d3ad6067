import { Allowance } from '../model/allowance';
import type { RejectedValue } from '../model/field-definition';
import { findFocusInstanceId } from '../model/focus';
import type { Fields, FieldValues } from '../model/json';
import { type KnownData, toFields, viewSessionData } from '../model/known-data';
import type { IgnoredOutcome } from '../model/lifecycle-decision';
import type { ModelProposal } from '../model/model-proposal';
import type { ScenarioChoiceRequest, ScenarioInstance, Session } from '../model/session';
import type { OrchestrationSettings } from '../model/settings';
import { maxLinearSearches } from '../model/sorting';
import { getIntent, type ScenarioCandidate, type Turn } from '../model/turn';
import type { Catalogue } from '../scenario/catalogue';
import { markAddressed } from './addressed';
import { type CheckedInput, checkTurn, groupByInstance } from './checked-turn';
import { applyDeliveries } from './deliveries';
import { createDraftView } from './draft-view';
import { addMissingTools } from './earlier-actions';
import { expireValues } from './expired-values';
import { getStartTargets } from './instance-signals';
import type { InstanceView, ViewInput } from './instance-view';
import { type AssignedVariables, assignVariables, type LocalFieldInput } from './local-fields';
import { explainIgnored } from './outcomes/explain-ignored';
import type { ResolvedOutcome } from './outcomes/outcome-target';
import { resolveOutcomes } from './outcomes/resolve-outcomes';
import { findChangedFields, type StoredData, storeData } from './stored-data';
import { findDueInstances } from './timers';

/** All inputs of a turn. Ids of new instances are inputs too. */
export interface TurnInput {
  readonly session: Session;
  readonly turn: Turn;
  readonly catalogue: Catalogue;
  readonly settings: OrchestrationSettings;
  /** Returns the id of the instance that a start of the scenario on this turn creates. */
  readonly getNewInstanceId: (scenarioId: string) => string;
  /** Undefined if no model was asked (section 9). */
  readonly proposal?: ModelProposal | undefined;
  /** The work that the turn may need; by default that of the settings. */
  readonly allowance?: Allowance | undefined;
}

/** A candidate with the evaluation of the model. */
export interface EvaluatedCandidate extends ScenarioCandidate {
  /** Undefined if the model did not evaluate it; the score then decides. */
  readonly matchesMessage: boolean | undefined;
}

/** A CHOICE that CONFIRMED or DECLINED answers (0.6, 1.5). */
export interface AnsweredChoice {
  readonly choice: ScenarioChoiceRequest;
  readonly isAccepted: boolean;
}

/** The selection context: request, session and catalogue (section 1; 0.7, steps 2 to 5). */
export interface SelectionContext extends TurnInput {
  readonly allowance: Allowance;
  /** The revision of the session after the turn. */
  readonly revision: number;
  /** The turn count of the session after the turn. */
  readonly turnCount: number;
  readonly intent: string;
  readonly focusInstanceId: string;
  /** The runs of each scenario before the turn and, from the walks on, those that completed on it (section 11). */
  readonly scenarioCounters: Session['scenarioCounters'];
  /** In start order. */
  readonly views: readonly InstanceView[];
  /** Whether the turn addresses an existing instance. */
  readonly hasAddressedInstance: boolean;
  /** One entry per scenario with its highest score, unknown scenarios included; in request order. */
  readonly candidates: readonly EvaluatedCandidate[];
  /** Scenarios that a candidate at or above the start threshold names. */
  readonly namedScenarioIds: ReadonlySet<string>;
  readonly storedData: StoredData;
  /** Values of local fields that the start of a scenario receives, by scenario id (0.4). */
  readonly localStartValues: ReadonlyMap<string, FieldValues>;
  /** The known data of the session after storing, for scenarios without an instance. */
  readonly known: KnownData;
  /** Fields that changed for the session; sorted. */
  readonly changedFields: readonly string[];
  /** All outcomes of the turn with their targets, in request order (0.6). */
  readonly outcomes: readonly ResolvedOutcome[];
  /** The CHOICE that CONFIRMED or DECLINED of this turn answers; undefined if they answer none (1.5). */
  readonly answeredChoice: AnsweredChoice | undefined;
  /** Outcomes that are not applied, in request order. */
  readonly ignoredOutcomes: readonly IgnoredOutcome[];
  /** The variables of the session for conditions. */
  readonly sessionFields: Fields;
  /** Values of the turn that their definitions rejected (section 10). */
  readonly rejectedValues: readonly RejectedValue[];
  /** Rules of fields that could not be evaluated: field and reason. */
  readonly fieldConditionErrors: readonly string[];
}

/** Builds the selection context of a turn. Pure. */
export function selectContext(input: TurnInput): SelectionContext {
  const { catalogue, settings, getNewInstanceId, proposal } = input;
  const allowance = input.allowance ?? new Allowance(settings.turnWork);
  const timedTurn = withTurnTime(input);
  const unexpired = expireValues(input.session, catalogue, timedTurn.occurredAt);
  const session = addMissingTools(applyDeliveries(unexpired, timedTurn.deliveries), catalogue);
  const focusInstanceId = findFocusInstanceId(session);
  const resolved = resolveOutcomes(session, timedTurn.stepOutcomes, focusInstanceId, catalogue);
  const candidates = mergeDuplicates(timedTurn.candidates).map(({ scenarioId, score, reasoning }) => ({
    scenarioId,
    score,
    reasoning,
    matchesMessage: proposal?.fits.get(scenarioId),
  }));
  const namedScenarioIds = listNamedScenarios(candidates, settings);
  const localInput: LocalFieldInput = {
    session,
    catalogue,
    focusInstanceId,
    candidates,
    namedScenarioIds: addStartTargets(namedScenarioIds, timedTurn.situation.signals),
  };
  const checked = checkTurn(timedTurn, resolved, localInput, catalogue, allowance);
  const { turn, outcomes, rejectedValues } = checked;
  const assigned = assignVariables(turn.situation.candidateVariables, localInput);
  const viewInput = createViewInput(input, checked, assigned, localInput, namedScenarioIds);
  const { storedData, known, changedFields } = viewInput;
  const draftViews = session.instances.map((instance) => createDraftView(instance, viewInput));
  const views = markAddressed(draftViews, viewInput);
  // Lists every property; see `changeInstance`.
  return {
    session,
    turn,
    catalogue,
    settings,
    getNewInstanceId,
    proposal,
    allowance,
    revision: session.revision + 1,
    turnCount: session.turnCount + (turn.trigger === 'MESSAGE' ? 1 : 0),
    intent: getIntent(turn.situation),
    focusInstanceId,
    scenarioCounters: session.scenarioCounters,
    views,
    hasAddressedInstance: views.some(({ isAddressed }) => isAddressed),
    candidates,
    namedScenarioIds,
    storedData,
    localStartValues: assigned.byStart,
    known,
    changedFields,
    outcomes,
    answeredChoice: findAnsweredChoice(outcomes),
    ignoredOutcomes: listIgnored(outcomes, draftViews),
    sessionFields: toFields(storedData.sessionVariables),
    rejectedValues,
    fieldConditionErrors: checked.conditionErrors,
  };
}

/** Returns the scenarios that a candidate at or above the start threshold names. */
function listNamedScenarios(
  candidates: readonly EvaluatedCandidate[],
  settings: OrchestrationSettings,
): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const candidate of candidates) if (meetsStartThreshold(candidate, settings)) ids.add(candidate.scenarioId);
  return ids;
}

/** Stores the data of the checked turn, and returns what the views of all instances need. */
function createViewInput(
  input: TurnInput,
  { turn, outcomes, rejectedValues }: CheckedInput,
  assigned: AssignedVariables,
  { session, focusInstanceId }: LocalFieldInput,
  namedScenarioIds: ReadonlySet<string>,
): ViewInput {
  const { catalogue } = input;
  const storedData = storeData(session, turn, assigned, groupByInstance(outcomes), (instance) =>
    getLocalFields(instance, catalogue),
  );
  const before = viewSessionData(session.variables, turn.customerData);
  const known = viewSessionData(storedData.sessionVariables, turn.customerData);
  return {
    session,
    turn,
    catalogue,
    focusInstanceId,
    outcomes,
    storedData,
    before,
    known,
    changedFields: findChangedFields(storedData.providedFields, before, known),
    namedScenarioIds,
    // Values that expire on this turn are still in the session of the input.
    findDueInstances: () => findDueInstances(input.session, catalogue, turn.occurredAt),
    rejectedAnswers: listRejectedAnswers(rejectedValues),
  };
}

/** Returns the turn with the time at which it counts: not earlier than the last turn (section 14). */
function withTurnTime({ turn, session }: TurnInput): Turn {
  return turn.occurredAt >= session.updatedAt ? turn : { ...turn, occurredAt: session.updatedAt };
}

/** Adds the scenarios that a START is aimed at. */
function addStartTargets(ids: ReadonlySet<string>, signals: Turn['situation']['signals']): ReadonlySet<string> {
  const targets = getStartTargets(signals);
  return targets.size === 0 ? ids : new Set([...ids, ...targets]);
}

function findAnsweredChoice(outcomes: readonly ResolvedOutcome[]): AnsweredChoice | undefined {
  for (const { outcome, target } of outcomes) {
    if (target.kind === 'choice') return { choice: target.choice, isAccepted: outcome.kind === 'CONFIRMED' };
  }
  return undefined;
}

/** Lists the outcomes that are not applied, in request order. */
function listIgnored(
  outcomes: readonly ResolvedOutcome[],
  views: readonly { readonly ignoredOutcomes: readonly IgnoredOutcome[] }[],
): readonly IgnoredOutcome[] {
  if (outcomes.length === 0) return noIgnored;
  const ignored = views.flatMap(({ ignoredOutcomes }) => ignoredOutcomes);
  for (const { outcome, target } of outcomes) {
    if (target.kind === 'ignored') ignored.push(explainIgnored(outcome, target));
  }
  const order = outcomes.map(({ outcome }) => outcome);
  return ignored.sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
}

function getLocalFields(
  { scenarioId, scenarioVersion }: ScenarioInstance,
  catalogue: Pick<Catalogue, 'getScenarioVersion'>,
): ReadonlySet<string> {
  return catalogue.getScenarioVersion(scenarioId, scenarioVersion)?.localFields ?? noNames;
}

const noNames: ReadonlySet<string> = new Set();
const noIgnored: readonly IgnoredOutcome[] = [];

/** Names of rejected values that answer an ASK. A profile is sent on every turn, so it answers nothing. */
function listRejectedAnswers(rejectedValues: readonly RejectedValue[]): ReadonlySet<string> {
  if (rejectedValues.length === 0) return noNames;
  const answers = rejectedValues.filter(({ source }) => source === 'CUSTOMER' || source === 'CALLER');
  return new Set(answers.map(({ fieldName }) => fieldName));
}

/** Whether a candidate can start by its score. The evaluation of the model takes precedence over the score (2.12, section 9). */
export function meetsStartThreshold(
  { score, matchesMessage }: Pick<EvaluatedCandidate, 'score' | 'matchesMessage'>,
  { startThreshold }: OrchestrationSettings,
): boolean {
  return matchesMessage ?? score >= startThreshold;
}

/** False only if no two candidates name the same scenario. */
function mayHaveDuplicates(candidates: readonly ScenarioCandidate[]): boolean {
  if (candidates.length > maxLinearSearches) return true;
  return candidates.some(({ scenarioId }, index) => {
    return candidates.findIndex((each) => each.scenarioId === scenarioId) !== index;
  });
}

/** Keeps the candidate with the highest score for each scenario, the first one of several (section 1). */
function mergeDuplicates(candidates: readonly ScenarioCandidate[]): readonly ScenarioCandidate[] {
  if (!mayHaveDuplicates(candidates)) return candidates;
  const best = new Map<string, ScenarioCandidate>();
  for (const candidate of candidates) {
    const other = best.get(candidate.scenarioId);
    if (!other || candidate.score > other.score) best.set(candidate.scenarioId, candidate);
  }
  return [...best.values()];
}
