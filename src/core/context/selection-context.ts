import { checkTurnValues } from '../fields/check-turn-values';
import type { AcceptedFields, GivenValue } from '../fields/check-values';
import { forgetExpired } from '../fields/forget-expired';
import type { RejectedValue } from '../model/field-definition';
import { findFocusInstanceId } from '../model/focus';
import type { Fields } from '../model/json';
import { type KnownData, toFields, viewInstanceData, viewSessionData } from '../model/known-data';
import type { IgnoredOutcome } from '../model/lifecycle-decision';
import type { ModelProposal } from '../model/model-proposal';
import type { ScenarioInstance, Session } from '../model/session';
import type { OrchestrationSettings } from '../model/settings';
import { getIntent, type ScenarioCandidate, type StepOutcome, type Turn } from '../model/turn';
import type { Catalogue } from '../scenario/catalogue';
import { createDraftView, type InstanceView, markAddressed, type ViewInput } from './instance-view';
import { type LateOutcome, resolveOutcomes } from './outcomes';
import { findChangedFields, type StoredData, storeData } from './stored-data';

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
}

/** A candidate with the evaluation of the model. */
export interface EvaluatedCandidate extends ScenarioCandidate {
  /** Undefined if the model did not evaluate it; the score then decides. */
  readonly matchesMessage: boolean | undefined;
}

/** The selection context: request, session and catalogue (section 1; 0.7, steps 2 to 5). */
export interface SelectionContext extends TurnInput {
  /** The revision of the session after the turn. */
  readonly revision: number;
  /** The turn count of the session after the turn. */
  readonly turnCount: number;
  readonly intent: string;
  readonly focusInstanceId: string;
  /** In start order. */
  readonly views: readonly InstanceView[];
  /** Whether the turn addresses an existing instance. */
  readonly hasAddressedInstance: boolean;
  /** One entry per scenario with its highest score, unknown scenarios included; in request order. */
  readonly candidates: readonly EvaluatedCandidate[];
  readonly storedData: StoredData;
  /** The known data of the session after storing, for scenarios without an instance. */
  readonly known: KnownData;
  /** Fields that changed for the session; sorted. */
  readonly changedFields: readonly string[];
  readonly lateOutcomes: readonly LateOutcome[];
  /** Outcomes that changed no stage, late outcomes included; in request order. */
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
  const session = forgetExpired(input.session, catalogue.fields, input.turn.occurredAt);
  const focusInstanceId = findFocusInstanceId(session);
  const resolved = resolveOutcomes(session, input.turn.stepOutcomes, focusInstanceId);
  const checked = checkTurnValues(input.turn, resolved.byInstance, catalogue.fields, (given, accepted) =>
    viewValuesForRule(session, findConcernedInstance(session, given, focusInstanceId), accepted),
  );
  const { turn, rejectedValues } = checked;
  const outcomes = { ...resolved, byInstance: checked.outcomes };
  const storedData = storeData(session, turn, outcomes.byInstance);
  const before = viewSessionData(session.variables, turn.customerData);
  const known = viewSessionData(storedData.sessionVariables, turn.customerData);
  const candidates = mergeDuplicates(turn.candidates).map(({ scenarioId, score, reasoning }) => ({
    scenarioId,
    score,
    reasoning,
    matchesMessage: proposal?.fits.get(scenarioId),
  }));
  const namedScenarioIds = candidates
    .filter((candidate) => meetsStartThreshold(candidate, settings))
    .map(({ scenarioId }) => scenarioId);
  const changedFields = findChangedFields(storedData.providedFields, before, known);
  const viewInput: ViewInput = {
    session,
    turn,
    catalogue,
    focusInstanceId,
    outcomes,
    storedData,
    before,
    known,
    changedFields,
    namedScenarioIds,
    rejectedAnswers: listRejectedAnswers(rejectedValues),
  };
  const draftViews = session.instances.map((instance) => createDraftView(instance, viewInput));
  const ignoredOutcomes: IgnoredOutcome[] = [...outcomes.late];
  for (const view of draftViews) ignoredOutcomes.push(...view.ignoredOutcomes);
  const views = markAddressed(draftViews, viewInput);
  // Lists every property; see `updateInstance`.
  return {
    session,
    turn,
    catalogue,
    settings,
    getNewInstanceId,
    proposal,
    revision: session.revision + 1,
    turnCount: session.turnCount + (turn.trigger === 'MESSAGE' ? 1 : 0),
    intent: getIntent(turn.situation),
    focusInstanceId,
    views,
    hasAddressedInstance: views.some(({ isAddressed }) => isAddressed),
    candidates,
    storedData,
    known,
    changedFields,
    lateOutcomes: outcomes.late,
    ignoredOutcomes: sortByRequestOrder(ignoredOutcomes, turn.stepOutcomes),
    sessionFields: toFields(storedData.sessionVariables),
    rejectedValues,
    fieldConditionErrors: checked.conditionErrors,
  };
}

/** Finds the instance whose data a rule reads: the one that the value is about, that asks for it, or that has the focus. */
function findConcernedInstance(
  { instances }: Session,
  { name, instanceId }: Pick<GivenValue, 'name' | 'instanceId'>,
  focusInstanceId: string,
): ScenarioInstance | undefined {
  if (instanceId !== undefined) return instances.find((instance) => instance.instanceId === instanceId);
  return (
    instances.find(({ status, visit }) => status === 'ACTIVE' && visit.openAskFields.includes(name)) ??
    instances.find((instance) => instance.instanceId === focusInstanceId)
  );
}

/** What an instance knows while the values of the turn are checked, before they are stored (0.7, step 3). */
function viewValuesForRule(
  { variables }: Session,
  instance: ScenarioInstance | undefined,
  { profile, newer }: AcceptedFields,
): KnownData {
  return viewInstanceData(new Map([...(instance?.variables ?? []), ...newer]), variables, profile);
}

/** Names of rejected values that answer an ASK. A profile is sent on every turn, so it answers nothing. */
function listRejectedAnswers(rejectedValues: readonly RejectedValue[]): ReadonlySet<string> {
  return new Set(
    rejectedValues.flatMap(({ fieldName, source }) =>
      source === 'CUSTOMER' || source === 'CALLER' ? [fieldName] : [],
    ),
  );
}

/** Whether a candidate can start by its score. The evaluation of the model takes precedence over the score (2.12, section 9). */
export function meetsStartThreshold(
  { score, matchesMessage }: Pick<EvaluatedCandidate, 'score' | 'matchesMessage'>,
  { startThreshold }: OrchestrationSettings,
): boolean {
  return matchesMessage ?? score >= startThreshold;
}

/** Keeps the candidate with the highest score for each scenario (section 1). */
function mergeDuplicates(candidates: readonly ScenarioCandidate[]): readonly ScenarioCandidate[] {
  if (candidates.length < 2) return candidates;
  const best = new Map<string, ScenarioCandidate>();
  for (const candidate of candidates) {
    const other = best.get(candidate.scenarioId);
    if (!other || candidate.score > other.score) best.set(candidate.scenarioId, candidate);
  }
  return [...best.values()];
}

function sortByRequestOrder(
  ignoredOutcomes: readonly IgnoredOutcome[],
  outcomes: readonly StepOutcome[],
): readonly IgnoredOutcome[] {
  if (ignoredOutcomes.length < 2) return ignoredOutcomes;
  return [...ignoredOutcomes].sort((a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome));
}
