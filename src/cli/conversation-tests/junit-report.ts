import { type ConversationRun, formatDifferenceLocation, getFailedTurns } from './conversation-run';
import type { ConversationTurnResult } from './run-conversation';
import { formatValue } from './value-text';

/**
 * The runs as JUnit XML, which CI systems read: a suite for each conversation, a case for each turn; turns that were never played
 * are errors of their own.
 */
export function formatJunitReport(runs: readonly ConversationRun[]): string {
  const failures = runs.reduce((sum, run) => sum + getFailedTurns(run).length, 0);
  const tests = runs.reduce((sum, { conversation }) => sum + conversation.turns.length, 0);
  const errors = runs.filter(({ failure }) => failure !== '').length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'scenario-orchestrator', tests, failures, errors })}>`,
    ...runs.flatMap(suite),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(run: ConversationRun): readonly string[] {
  const { conversation, turnResults: played, failure } = run;
  const { name, file, turns } = conversation;
  const counts = { tests: turns.length, failures: getFailedTurns(run).length, errors: failure === '' ? 0 : 1 };
  return [
    `  <testsuite${attributes({ name, file, ...counts })}>`,
    ...turns.flatMap(({ about, position: at }, index) => {
      const turn = played[index];
      const head = `    <testcase${attributes({ name: `${index + 1} ${about}`.trim(), classname: name, file, line: at.line })}`;
      const body = turn === undefined ? notPlayed(index === played.length ? failure : '') : differing(run, turn);
      return body.length === 0 ? [`${head}/>`] : [`${head}>`, ...body, '    </testcase>'];
    }),
    '  </testsuite>',
  ];
}

function differing({ conversation }: ConversationRun, turn: ConversationTurnResult): readonly string[] {
  if (turn.differences.length === 0) return [];
  const lines = turn.differences.flatMap((difference) => [
    formatDifferenceLocation(conversation, turn, difference),
    `  expected ${formatValue(difference.expected)}`,
    `  got      ${formatValue(difference.actual)}`,
  ]);
  const message = turn.differences.length === 1 ? 'one difference' : `${turn.differences.length} differences`;
  return [`      <failure${attributes({ message })}>${escaped(lines.join('\n'))}</failure>`];
}

function notPlayed(failure: string): readonly string[] {
  return failure === '' ? ['      <skipped/>'] : [`      <error${attributes({ message: failure })}/>`];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text of XML 1.0; what it cannot hold is left out. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
