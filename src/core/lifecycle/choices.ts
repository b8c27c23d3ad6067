import { getStartTargets } from '../context/instance-signals';
import type { SelectionContext } from '../context/selection-context';
import type { ChoiceReason } from '../model/contribution';
import type { FieldValues } from '../model/json';
import type { ScenarioChoiceRequest } from '../model/session';
import { sortWith } from '../model/sorting';
import { groupAmbiguous } from './ambiguity';
import { getChoiceAnswer, isSameChoice } from './consent';
import type { StartCandidate } from './scenario-start';
import { sortByStartOrder } from './start-candidates';
import { getScenarioId, hasEnded, isNew } from './turn-instance';
import { findScenarioInstance, type TurnState } from './turn-state';

/** The choices after a turn (1.5). */
export interface ChoiceResult {
  /** The OPEN one first, then those that wait, in the order in which they are put, then closed ones. */
  readonly choices: readonly ScenarioChoiceRequest[];
  /** The choice that the plan of this turn puts; undefined if it puts none. */
  readonly choiceToPut: ScenarioChoiceRequest | undefined;
}

interface ChoiceInput {
  readonly state: TurnState;
  readonly context: SelectionContext;
  /** The choices that this turn asks for: ambiguous scenarios, missing consent, offers to resume. */
  readonly wanted: readonly ScenarioChoiceRequest[];
}

const noChoices: ChoiceResult = { choices: [], choiceToPut: undefined };

/**
 * Decides which choices stay, begin and end (1.5). A plan contains at most one: AMBIGUOUS before NEEDS_CONSENT before OFFER, then start order.
 * The others wait until it is closed.
 */
export function decideChoices(state: TurnState, context: SelectionContext): ChoiceResult {
  const { session, turn } = context;
  if (session.choices.length === 0 && !mayWantChoice(state)) return noChoices;
  const wanted = [...createAmbiguous(state), ...createConsents(state), ...createOffers(state, context)];
  if (session.choices.length === 0 && wanted.length === 0) return noChoices;
  const input: ChoiceInput = { state, context, wanted };
  const kept = session.choices.flatMap((choice) => updateChoice(choice, input));
  const added = wanted.filter((choice) => !session.choices.some((each) => isSameChoice(each, choice)));
  const waiting = sortWith(
    [...kept, ...added].filter(({ status }) => status !== 'CLOSED'),
    compareChoices,
  );
  const [first, ...others] = waiting;
  const closed = kept.filter(({ status }) => status === 'CLOSED');
  if (!first) return { choices: closed, choiceToPut: undefined };
  const open: ScenarioChoiceRequest = { ...first, status: 'OPEN' };
  const rest = others.map((choice): ScenarioChoiceRequest => ({ ...choice, status: 'WAITING' }));
  const isPut = turn.trigger === 'MESSAGE' || first.status !== 'OPEN';
  return { choices: [open, ...rest, ...closed], choiceToPut: isPut ? open : undefined };
}

/** Whether the turn may ask for a choice, which few turns do. */
function mayWantChoice({ ambiguousWith, rejected, instances }: TurnState): boolean {
  if (ambiguousWith.size > 0 || instances.some(({ isOfferDue }) => isOfferDue)) return true;
  for (const { rejection } of rejected.values()) if (rejection.reason === 'NEEDS_CONSENT') return true;
  return false;
}

/** Rank of a choice in a plan (1.5). */
const ranks: Readonly<Record<ChoiceReason, number>> = { AMBIGUOUS: 0, NEEDS_CONSENT: 1, OFFER: 2 };

/** Orders by reason. Within one reason, the sort keeps the open choice first, and the start order of the others. */
function compareChoices(a: ScenarioChoiceRequest, b: ScenarioChoiceRequest): number {
  return ranks[a.reason] - ranks[b.reason];
}

function createAmbiguous({ ambiguousWith, rejected }: TurnState): readonly ScenarioChoiceRequest[] {
  return groupAmbiguous(ambiguousWith).map((scenarioIds) =>
    createChoice(
      'AMBIGUOUS',
      scenarioIds.flatMap((scenarioId) => rejected.get(scenarioId)?.candidate ?? []),
    ),
  );
}

function createConsents({ rejected }: TurnState): readonly ScenarioChoiceRequest[] {
  return [...rejected.values()]
    .filter(({ rejection }) => rejection.reason === 'NEEDS_CONSENT')
    .map(({ candidate }) => createChoice('NEEDS_CONSENT', [candidate]));
}

function createOffers({ instances }: TurnState, context: SelectionContext): readonly ScenarioChoiceRequest[] {
  const offered = instances
    .filter(({ isOfferDue }) => isOfferDue)
    .map((instance) => ({ scenarioId: getScenarioId(instance), score: 1, localValues: new Map() }));
  return sortByStartOrder(offered, context).map((option) => createChoice('OFFER', [option]));
}

function createChoice(
  reason: ChoiceReason,
  options: readonly Pick<StartCandidate, 'scenarioId' | 'score' | 'localValues'>[],
): ScenarioChoiceRequest {
  const withValues = options.filter(({ localValues }) => localValues.size > 0);
  return {
    reason,
    scenarioIds: options.map(({ scenarioId }) => scenarioId),
    scores: options.map(({ score }) => score),
    status: 'WAITING',
    putCount: 0,
    attempts: 0,
    localValues: new Map(withValues.map(({ scenarioId, localValues }) => [scenarioId, localValues])),
  };
}

/** Returns the choice after the turn; nothing if it ends. */
function updateChoice(choice: ScenarioChoiceRequest, input: ChoiceInput): readonly ScenarioChoiceRequest[] {
  const repeated = input.wanted.find((each) => isSameChoice(each, choice));
  const { trigger } = input.context.turn;
  // A closed set is not put again until a message on which it is not ambiguous.
  if (choice.status === 'CLOSED') return repeated || trigger !== 'MESSAGE' ? [choice] : [];
  const current = repeated
    ? { ...choice, scores: repeated.scores, localValues: mergeValues(choice, repeated) }
    : choice;
  if (shouldClose(current, repeated !== undefined, input)) return repeated ? [{ ...current, status: 'CLOSED' }] : [];
  if (choice.status === 'WAITING' || trigger !== 'MESSAGE') return [current];
  const counted = isAttempt(current, input) ? { ...current, attempts: current.attempts + 1 } : current;
  if (!isExhausted(counted, input.context)) return [counted];
  return repeated ? [{ ...counted, status: 'CLOSED' }] : [];
}

function mergeValues(
  { localValues }: ScenarioChoiceRequest,
  newer: ScenarioChoiceRequest,
): ReadonlyMap<string, FieldValues> {
  return newer.localValues.size === 0 ? localValues : new Map([...localValues, ...newer.localValues]);
}

/**
 * Whether the choice was answered, its scenarios no longer wait for it or one of them can no longer start, or another scenario starts or
 * resumes (0.8, 1.5).
 */
function shouldClose(choice: ScenarioChoiceRequest, isWantedAgain: boolean, { state, context }: ChoiceInput): boolean {
  if (getChoiceAnswer(choice, context) !== undefined) return true;
  if (choice.status === 'OPEN' && state.instances.some(isNew)) return true;
  const [scenarioId = ''] = choice.scenarioIds;
  const instance = findScenarioInstance(state, scenarioId);
  switch (choice.reason) {
    case 'AMBIGUOUS':
      return !isWantedAgain && choice.scenarioIds.some((id) => isNamed(id, context) || !isEnabled(id, context));
    case 'NEEDS_CONSENT':
      return (
        !isEnabled(scenarioId, context) ||
        (instance !== undefined && !hasEnded(instance)) ||
        (choice.putCount > 0 && isNamed(scenarioId, context))
      );
    case 'OFFER':
      return instance?.reason !== 'STAYS_PAUSED';
  }
}

/** Whether the catalogue has the scenario, and it is enabled. */
function isEnabled(scenarioId: string, { catalogue }: SelectionContext): boolean {
  return catalogue.getScenario(scenarioId)?.definition.enabled ?? false;
}

/** Whether a candidate at or above the threshold or a START names the scenario. */
function isNamed(scenarioId: string, { namedScenarioIds, turn }: SelectionContext): boolean {
  return namedScenarioIds.has(scenarioId) || getStartTargets(turn.situation.signals).has(scenarioId);
}

/**
 * Whether a message that does not answer an open choice is an attempt at it (0.8): it addresses no instance, names no scenario outside the
 * choice, and asks for nothing.
 */
function isAttempt({ scenarioIds }: ScenarioChoiceRequest, { context }: ChoiceInput): boolean {
  const { turn, namedScenarioIds, hasAddressedInstance } = context;
  if (hasAddressedInstance || turn.situation.requestedFields.length > 0) return false;
  const named = [...namedScenarioIds, ...getStartTargets(turn.situation.signals)];
  return named.every((id) => scenarioIds.includes(id));
}

/** The number of plans that put a choice; 0: no limit (2.11, 2.12). */
const maxPuttings: Readonly<Record<ChoiceReason, number>> = { AMBIGUOUS: 0, NEEDS_CONSENT: 2, OFFER: 1 };

/** Whether an unanswered choice is not put again: it has been put often enough, or has `max_attempts` attempts. */
function isExhausted(
  { reason, putCount, attempts }: ScenarioChoiceRequest,
  { settings: { maxAttempts } }: SelectionContext,
): boolean {
  const limit = maxPuttings[reason];
  return (limit > 0 && putCount >= limit) || (maxAttempts > 0 && attempts >= maxAttempts);
}
