import type { Conversation } from '../conversation-tests/conversation';
import { formatDifferenceLocation, listReasonings } from '../conversation-tests/conversation-run';
import type { Difference } from '../conversation-tests/expectation';
import type { ConversationTurnResult } from '../conversation-tests/run-conversation';
import { formatValue } from '../conversation-tests/value-text';
import { formatRow, styled, type TerminalOptions } from './styled-text';

/**
 * What was not as expected of a turn: for each difference where it was expected, what, and what happened instead; then why, as the
 * service tells it of the scenarios that are concerned.
 */
export function formatDifferences(
  paper: TerminalOptions,
  conversation: Conversation,
  turn: ConversationTurnResult,
): readonly string[] {
  if (turn.differences.length === 0) return [];
  const told = listReasonings(turn, concerned(conversation, turn.differences));
  return [
    ...turn.differences.flatMap((difference) => [
      `  ${styled(paper, 'red', formatDifferenceLocation(conversation, turn, difference))}`,
      ...valueLines(paper, 'expected', 'green', difference.expected),
      ...valueLines(paper, 'got', 'red', difference.actual),
    ]),
    ...told.flatMap((reasoning, index) =>
      formatRow(paper, [{ text: index === 0 ? '    because' : '', width: 14, style: 'faint' }], reasoning, 'faint'),
    ),
  ];
}

function valueLines(paper: TerminalOptions, label: string, ink: 'green' | 'red', value: unknown): readonly string[] {
  return formatRow(paper, [{ text: `    ${label}`, width: 14, style: ink }], formatValue(value));
}

/** The scenarios that differences are about: the one that each names, else those that are among its values. */
function concerned({ scenarios }: Conversation, unmet: readonly Difference[]): ReadonlySet<string> {
  const names = new Set(
    unmet.flatMap(({ scenario, expected, actual }) => (scenario === '' ? [expected, actual].flat() : [scenario])),
  );
  return new Set(
    scenarios.scenarios.filter(({ message }) => names.has(message.name)).map(({ message }) => message.scenarioId),
  );
}
