import { type ConversationRun, differencePlace, failedTurns } from './conversation-run';
import type { PlayedTurn } from './play-conversation';
import { valueText } from './value-text';

/**
 * The runs as JUnit XML, which CI systems read: a suite for each conversation, a case for each turn; turns that were never played
 * are errors of their own.
 */
export function junitReport(runs: readonly ConversationRun[]): string {
  const failures = runs.reduce((sum, run) => sum + failedTurns(run).length, 0);
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
  const { conversation, played, failure } = run;
  const { name, file, turns } = conversation;
  const counts = { tests: turns.length, failures: failedTurns(run).length, errors: failure === '' ? 0 : 1 };
  return [
    `  <testsuite${attributes({ name, file, ...counts })}>`,
    ...turns.flatMap(({ about, at }, index) => {
      const turn = played[index];
      const head = `    <testcase${attributes({ name: `${index + 1} ${about}`.trim(), classname: name, file, line: at.line })}`;
      const body = turn === undefined ? notPlayed(index === played.length ? failure : '') : differing(run, turn);
      return body.length === 0 ? [`${head}/>`] : [`${head}>`, ...body, '    </testcase>'];
    }),
    '  </testsuite>',
  ];
}

function differing({ conversation }: ConversationRun, turn: PlayedTurn): readonly string[] {
  if (turn.unmet.length === 0) return [];
  const lines = turn.unmet.flatMap((difference) => [
    differencePlace(conversation, turn, difference),
    `  expected ${valueText(difference.expected)}`,
    `  got      ${valueText(difference.actual)}`,
  ]);
  const message = turn.unmet.length === 1 ? 'one difference' : `${turn.unmet.length} differences`;
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
