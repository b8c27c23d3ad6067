import type { Conversation } from '../conversation/conversation';
import { differencePlace, reasonings } from '../conversation/conversation-run';
import type { Difference } from '../conversation/expectation';
import type { PlayedTurn } from '../conversation/play-conversation';
import { valueText } from '../conversation/value-text';
import { inked, type Paper, row } from './paper';

/**
 * What was not as expected of a turn: for each difference where it was expected, what, and what happened instead; then why, as the
 * service tells it of the scenarios that are concerned.
 */
export function differenceLines(paper: Paper, conversation: Conversation, turn: PlayedTurn): readonly string[] {
  if (turn.unmet.length === 0) return [];
  const told = reasonings(turn, concerned(conversation, turn.unmet));
  return [
    ...turn.unmet.flatMap((difference) => [
      `  ${inked(paper, 'red', differencePlace(conversation, turn, difference))}`,
      ...valueLines(paper, 'expected', 'green', difference.expected),
      ...valueLines(paper, 'got', 'red', difference.actual),
    ]),
    ...told.flatMap((reasoning, index) =>
      row(paper, [{ text: index === 0 ? '    because' : '', width: 14, ink: 'faint' }], reasoning, 'faint'),
    ),
  ];
}

function valueLines(paper: Paper, label: string, ink: 'green' | 'red', value: unknown): readonly string[] {
  return row(paper, [{ text: `    ${label}`, width: 14, ink }], valueText(value));
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
