import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import type { ScenarioChoiceRequest } from '../model/session';

/** A scenario that the customer may start by a CHOICE. */
interface ConsentedScenario {
  readonly scenarioId: string;
  readonly score: number;
}

interface NamedScenario extends ConsentedScenario {
  readonly matchesMessage: boolean | undefined;
}

type AnswerContext = Pick<SelectionContext, 'answeredChoice'>;

/** Whether two choices ask for the same reason about the same scenarios. */
export function isSameChoice(
  a: Pick<ScenarioChoiceRequest, 'reason' | 'scenarioIds'>,
  b: Pick<ScenarioChoiceRequest, 'reason' | 'scenarioIds'>,
): boolean {
  return (
    a.reason === b.reason &&
    a.scenarioIds.length === b.scenarioIds.length &&
    a.scenarioIds.every((scenarioId) => b.scenarioIds.includes(scenarioId))
  );
}

/** Returns how a bare CONFIRMED or DECLINED of this turn answers the choice; undefined if none does (0.6). */
export function getChoiceAnswer(
  choice: ScenarioChoiceRequest,
  { answeredChoice }: AnswerContext,
): 'CONFIRMED' | 'DECLINED' | undefined {
  if (!answeredChoice || !isSameChoice(answeredChoice.choice, choice)) return undefined;
  return answeredChoice.isAccepted ? 'CONFIRMED' : 'DECLINED';
}

/**
 * Returns the scenario that a choice for consent starts on this turn: the customer confirms it, a START is aimed at it, or it is named a
 * second time (2.12). `named` contains the candidates of the turn, those with a START included.
 */
export function findConsent(
  choice: ScenarioChoiceRequest,
  named: ReadonlyMap<string, NamedScenario>,
  context: AnswerContext & Pick<SelectionContext, 'settings'>,
): ConsentedScenario | undefined {
  const [scenarioId] = choice.scenarioIds;
  if (choice.reason !== 'NEEDS_CONSENT' || choice.putCount === 0 || scenarioId === undefined) return undefined;
  const answer = getChoiceAnswer(choice, context);
  const candidate = named.get(scenarioId);
  const isNamed = candidate !== undefined && meetsStartThreshold(candidate, context.settings);
  const score = isNamed ? candidate.score : (choice.scores[0] ?? 0);
  return answer === 'CONFIRMED' || (answer === undefined && isNamed) ? { scenarioId, score } : undefined;
}

/** Whether the customer accepted the offer to resume the instance of a scenario (2.11). */
export function isOfferAccepted(
  scenarioId: string,
  { session, answeredChoice }: AnswerContext & Pick<SelectionContext, 'session'>,
): boolean {
  return session.choices.some(
    (choice) =>
      choice.reason === 'OFFER' &&
      choice.scenarioIds.includes(scenarioId) &&
      getChoiceAnswer(choice, { answeredChoice }) === 'CONFIRMED',
  );
}
