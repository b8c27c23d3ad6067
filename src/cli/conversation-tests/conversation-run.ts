import type { Conversation } from './conversation';
import type { Difference } from './expectation';
import type { ConversationTurnResult } from './run-conversation';

/** A conversation that was played, or could not be played to its end. */
export interface ConversationRun {
  readonly conversation: Conversation;
  /** In order; without the turn that failed and those after it. */
  readonly turnResults: readonly ConversationTurnResult[];
  /** Why it was not played to its end, in a sentence; "" where it was. */
  readonly failure: string;
}

/** Whether everything happened as expected. */
export function hasPassed({ turnResults: played, failure }: ConversationRun): boolean {
  return failure === '' && played.every(({ differences: unmet }) => unmet.length === 0);
}

/** The turns that did not happen as expected. */
export function getFailedTurns({ turnResults: played }: ConversationRun): readonly ConversationTurnResult[] {
  return played.filter(({ differences: unmet }) => unmet.length > 0);
}

/** What a difference is about, with where it was expected: `talk.yaml:12:15 asks of Refund`. */
export function formatDifferenceLocation(
  { file }: Conversation,
  { scripted }: ConversationTurnResult,
  { key, scenario }: Difference,
): string {
  const { line, column } = scripted.expectationPositions.get(key) ?? scripted.position;
  return `${file}:${line}:${column} ${key}${scenario === '' ? '' : ` of ${scenario}`}`;
}

/** Why it happened, as the service tells of the scenario: each sentence once. */
export function listReasonings(
  { response }: ConversationTurnResult,
  scenarioIds: ReadonlySet<string>,
): readonly string[] {
  const told = [...response.lifecycleDecisions, ...response.rejectedCandidates, ...response.transitionDecisions]
    .filter(({ scenarioId }) => scenarioIds.has(scenarioId))
    .map(({ reasoning }) => reasoning);
  return [...new Set(told)].filter((reasoning) => reasoning !== '');
}
