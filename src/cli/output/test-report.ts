import { stringify } from 'yaml';
import {
  type Conversation,
  type ConversationRun,
  type ConversationTurnResult,
  createScenarioNameLookup,
  getFailedTurns,
} from '../conversation-tests/conversation';
import type { Coverage, ScenarioCoverage } from '../conversation-tests/coverage';
import type { Difference } from '../conversation-tests/expectation';
import { formatTurn } from './format-turn';
import { formatRow, styled, type TerminalOptions } from './terminal';
import { escapeXmlText, formatAttributes } from './xml';

// Formats the results of conversation tests: differences and coverage for a terminal, and JUnit XML for CI systems.

/** Formats the decisions of a turn and their differences from the expectation. */
export function formatTurnResult(
  terminal: TerminalOptions,
  conversation: Conversation,
  result: ConversationTurnResult,
): readonly string[] {
  const { number, scriptedTurn, turn, response } = result;
  const title = `${number}  ${scriptedTurn.about}`.trim();
  const getName = createScenarioNameLookup(conversation.namedScenarios);
  return [
    ...formatTurn(terminal, { title, turn, response }, getName),
    ...formatDifferences(terminal, conversation, result),
  ];
}

/**
 * Formats the differences of a turn: the position of each expectation, the expected and the actual value, and the reasoning
 * in the response for the affected scenarios.
 */
export function formatDifferences(
  terminal: TerminalOptions,
  conversation: Conversation,
  turn: ConversationTurnResult,
): readonly string[] {
  if (turn.differences.length === 0) return [];
  const formatValueRow = (label: string, style: 'green' | 'red', value: unknown): readonly string[] =>
    formatRow(terminal, [{ text: `    ${label}`, width: 14, style }], formatValue(value));
  return [
    ...turn.differences.flatMap((difference) => [
      `  ${styled(terminal, 'red', formatDifferenceLocation(conversation, turn, difference))}`,
      ...formatValueRow('expected', 'green', difference.expected),
      ...formatValueRow('actual', 'red', difference.actual),
    ]),
    ...listReasoning(turn, findAffectedScenarios(conversation, turn.differences)).flatMap((reasoning, index) =>
      formatRow(terminal, [{ text: index === 0 ? '    because' : '', width: 14, style: 'faint' }], reasoning, 'faint'),
    ),
  ];
}

/** Formats the location of a difference, for example `talk.yaml:12:15 asks of Refund`. */
function formatDifferenceLocation(
  { file }: Conversation,
  { scriptedTurn }: ConversationTurnResult,
  { key, scenario }: Difference,
): string {
  const { line, column } = scriptedTurn.expectationPositions.get(key) ?? scriptedTurn.position;
  return `${file}:${line}:${column} ${key}${scenario === '' ? '' : ` of ${scenario}`}`;
}

/** Formats a value as YAML on one line; `nothing` for undefined. */
function formatValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim();
}

/** Returns the ids of the scenarios that differences name. If a difference has no scenario, uses the names in its values. */
function findAffectedScenarios(
  { namedScenarios }: Conversation,
  differences: readonly Difference[],
): ReadonlySet<string> {
  const names = new Set(
    differences.flatMap(({ scenario, expected, actual }) => (scenario === '' ? [expected, actual].flat() : [scenario])),
  );
  return new Set(
    namedScenarios.filter(({ message }) => names.has(message.name)).map(({ message }) => message.scenarioId),
  );
}

/** Lists the reasoning in the response for the given scenarios, without duplicates. */
function listReasoning({ response }: ConversationTurnResult, scenarioIds: ReadonlySet<string>): readonly string[] {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions } = response;
  const reasoning = [...lifecycleDecisions, ...rejectedCandidates, ...transitionDecisions]
    .filter(({ scenarioId }) => scenarioIds.has(scenarioId))
    .map((decision) => decision.reasoning);
  return [...new Set(reasoning)].filter((text) => text !== '');
}

/** Formats a table with the coverage of each scenario and the steps and transitions that are not covered. */
export function formatCoverage(terminal: TerminalOptions, coverage: readonly ScenarioCoverage[]): readonly string[] {
  const width = Math.max(8, ...coverage.map(({ name }) => name.length)) + 2;
  return [
    styled(terminal, 'faint', `${'coverage'.padEnd(width)}${'steps'.padStart(14)}${'transitions'.padStart(16)}`),
    ...coverage.flatMap(({ name, steps, transitions }) => [
      `${name.padEnd(width)}${formatShare(steps).padStart(14)}${formatShare(transitions).padStart(16)}`,
      ...steps.uncovered.map((step) => styled(terminal, 'faint', `  step not covered: ${step}`)),
      ...transitions.uncovered.map((transition) =>
        styled(terminal, 'faint', `  transition not covered: ${transition}`),
      ),
    ]),
  ];
}

function formatShare({ covered, total }: Coverage): string {
  const percent = total === 0 ? 100 : Math.floor((100 * covered) / total);
  return `${covered}/${total} ${`${percent} %`.padStart(5)}`;
}

/**
 * Formats runs as JUnit XML: one suite for each conversation, one case for each turn. A turn whose call failed is an error. The
 * turns after it are skipped.
 */
export function formatJunitReport(runs: readonly ConversationRun[]): string {
  const tests = runs.reduce((sum, { conversation }) => sum + conversation.turns.length, 0);
  const failures = runs.reduce((sum, run) => sum + getFailedTurns(run).length, 0);
  const errors = runs.filter(({ failure }) => failure !== '').length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${formatAttributes({ name: 'scenario-orchestrator', tests, failures, errors })}>`,
    ...runs.flatMap(formatSuite),
    '</testsuites>',
    '',
  ].join('\n');
}

function formatSuite(run: ConversationRun): readonly string[] {
  const { conversation, turnResults, failure } = run;
  const { name, file, turns } = conversation;
  const counts = { tests: turns.length, failures: getFailedTurns(run).length, errors: failure === '' ? 0 : 1 };
  return [
    `  <testsuite${formatAttributes({ name, file, ...counts })}>`,
    ...turns.flatMap(({ about, position }, index) => {
      const turn = turnResults[index];
      const caseName = `${index + 1} ${about}`.trim();
      const start = `    <testcase${formatAttributes({ name: caseName, classname: name, file, line: position.line })}`;
      const body =
        turn === undefined
          ? formatMissingResult(index === turnResults.length ? failure : '')
          : formatFailure(conversation, turn);
      return body.length === 0 ? [`${start}/>`] : [`${start}>`, ...body, '    </testcase>'];
    }),
    '  </testsuite>',
  ];
}

function formatFailure(conversation: Conversation, turn: ConversationTurnResult): readonly string[] {
  if (turn.differences.length === 0) return [];
  const lines = turn.differences.flatMap((difference) => [
    formatDifferenceLocation(conversation, turn, difference),
    `  expected ${formatValue(difference.expected)}`,
    `  actual   ${formatValue(difference.actual)}`,
  ]);
  const message = turn.differences.length === 1 ? '1 difference' : `${turn.differences.length} differences`;
  return [`      <failure${formatAttributes({ message })}>${escapeXmlText(lines.join('\n'))}</failure>`];
}

function formatMissingResult(failure: string): readonly string[] {
  return failure === '' ? ['      <skipped/>'] : [`      <error${formatAttributes({ message: failure })}/>`];
}
