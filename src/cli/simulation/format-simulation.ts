import type { SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import type { DifferenceGroup } from '../../../gen/focal/orchestration/v1/simulation';
import { toVisibleText } from '../../core/model/visible-text';
import { formatRow, type TerminalOptions } from '../output/terminal';
import { escapeXmlText, formatAttributes } from '../output/xml';
import { type FailOn, getKindName, isFailure, kindNames, listKindNames } from './fail-on';

// Formats the result of a simulation: for a terminal, as Markdown for a pull request, and as JUnit XML for CI systems.

/** Formats the groups and the sessions of which turns were not simulated. */
export function formatSimulation(
  terminal: TerminalOptions,
  response: SimulateTurnsResponse,
  failOn: FailOn,
): readonly string[] {
  return [
    ...response.groups.flatMap((group) => formatGroup(terminal, group, isFailure(group, failOn))),
    ...response.incompleteSessions.flatMap(({ sessionId, message }) =>
      formatRow(terminal, [{ text: 'incomplete', width: 12, style: 'yellow' }], `${sessionId}: ${message}`),
    ),
  ];
}

function formatGroup(terminal: TerminalOptions, group: DifferenceGroup, fails: boolean): readonly string[] {
  const { kind, cause, example } = group;
  const indent = { text: '', width: 12 };
  const title = formatRow(
    terminal,
    [{ text: getKindName(kind), width: 12, style: fails ? 'red' : 'yellow' }],
    cause?.description ?? '',
    'strong',
  );
  const rows = [formatRow(terminal, [indent], formatCounts(group))];
  if (example !== undefined) {
    const { recorded, simulated, recordedReasons, simulatedReasons } = example;
    rows.push(
      formatRow(terminal, [indent], `for example ${formatPlace(group)}`, 'faint'),
      formatRow(terminal, [indent, { text: 'recorded', width: 11, style: 'green' }], recorded || 'nothing'),
      ...recordedReasons.map((text) => formatRow(terminal, [indent, { text: '', width: 11 }], text, 'faint')),
      formatRow(terminal, [indent, { text: 'simulated', width: 11, style: 'red' }], simulated || 'nothing'),
      ...simulatedReasons.map((text) => formatRow(terminal, [indent, { text: '', width: 11 }], text, 'faint')),
    );
  }
  return [...title, ...rows.flat()];
}

function formatCounts({ turnCount, counterfactualCount, sessionCount }: DifferenceGroup): string {
  const sessions = formatCount(sessionCount, 'session');
  const counterfactual = `${counterfactualCount} counterfactual`;
  if (turnCount === 0) return `${counterfactual} in ${sessions}`;
  const more = counterfactualCount === 0 ? '' : `, and ${counterfactual}`;
  return `${formatCount(turnCount, 'turn')} in ${sessions}${more}`;
}

function formatPlace({ example }: DifferenceGroup): string {
  if (example === undefined) return '';
  const { sessionId, revision, counterfactual } = example;
  return `${sessionId}, revision ${revision}${counterfactual ? ' (counterfactual)' : ''}`;
}

/** Formats the sums in one line. */
export function formatSummary(response: SimulateTurnsResponse): string {
  const { turnCount, sessionCount, differingTurnCount, counterfactualCount, incompleteSessions } = response;
  return [
    `${formatCount(turnCount, 'turn')} of ${formatCount(sessionCount, 'session')} simulated`,
    `${formatCount(differingTurnCount, 'turn')} decided differently`,
    `${counterfactualCount} counterfactual`,
    ...(incompleteSessions.length === 0 ? [] : [`${formatCount(incompleteSessions.length, 'session')} incomplete`]),
  ].join(', ');
}

export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Formats a simulation as Markdown: a table of the groups, and their examples to unfold. */
export function formatMarkdown(response: SimulateTurnsResponse, failOn: FailOn): string {
  const { groups, incompleteSessions, omittedGroups } = response;
  const table = groups.map((group) => {
    const mark = isFailure(group, failOn) ? ' ❌' : '';
    const kind = `${getKindName(group.kind)}${mark}`;
    return `| ${[kind, group.cause?.description ?? '', formatCounts(group)].map(escapeInline).join(' | ')} |`;
  });
  const examples = groups.flatMap((group) => [
    `<details><summary>${escapeXmlText(`${getKindName(group.kind)}: ${group.cause?.description ?? ''}`)}</summary>`,
    '',
    ...formatExample(group),
    '',
    '</details>',
    '',
  ]);
  const incomplete = incompleteSessions.map(
    ({ sessionId, message }) => `- ${escapeInline(`${sessionId}: ${message}`)}`,
  );
  return [
    `**${formatSummary(response)}**`,
    '',
    ...(groups.length === 0 ? ['No turn is decided differently.', ''] : ['| kind | cause | turns |', '|---|---|---|']),
    ...table,
    ...(table.length === 0 ? [] : ['']),
    ...(omittedGroups === 0 ? [] : [`${formatCount(omittedGroups, 'group')} left out.`, '']),
    ...examples,
    ...(incomplete.length === 0 ? [] : ['Not simulated, or not to the end:', '', ...incomplete, '']),
  ].join('\n');
}

function formatExample(group: DifferenceGroup, escapeText: (text: string) => string = escapeInline): readonly string[] {
  const { example } = group;
  if (example === undefined) return [];
  const { recorded, simulated, recordedReasons, simulatedReasons } = example;
  const item = (label: string, text: string, reasons: readonly string[]): readonly string[] => [
    `- ${label}: ${escapeText(text || 'nothing')}`,
    ...reasons.map((reason) => `  - ${escapeText(reason)}`),
  ];
  return [
    `${escapeText(formatPlace(group))}:`,
    '',
    ...item('recorded', recorded, recordedReasons),
    ...item('simulated', simulated, simulatedReasons),
  ];
}

/** Escapes text that stands in a line of Markdown, so that no name or value of a definition changes the page. */
function escapeInline(text: string): string {
  return toVisibleText(text)
    .replaceAll(/[\\`*_[\]#|~]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}

/**
 * Formats a simulation as JUnit XML: one suite for each kind, one case for each cause, which fails if it fails the command. A kind without a
 * difference has one case that passes.
 */
export function formatSimulationJunit(response: SimulateTurnsResponse, failOn: FailOn): string {
  const suites = listKindNames().map((name) => ({
    name,
    groups: response.groups.filter(({ kind }) => kind === kindNames[name]),
  }));
  const tests = suites.reduce((sum, { groups }) => sum + Math.max(1, groups.length), 0);
  const failures = response.groups.filter((group) => isFailure(group, failOn)).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${formatAttributes({ name: 'scenario-orchestrator simulate', tests, failures, errors: 0 })}>`,
    ...suites.flatMap(({ name, groups }) => [
      `  <testsuite${formatAttributes({
        name,
        tests: Math.max(1, groups.length),
        failures: groups.filter((group) => isFailure(group, failOn)).length,
        errors: 0,
      })}>`,
      ...(groups.length === 0
        ? [`    <testcase${formatAttributes({ name: 'no difference', classname: name })}/>`]
        : groups.flatMap((group) => formatCase(group, name, isFailure(group, failOn)))),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function formatCase(group: DifferenceGroup, classname: string, fails: boolean): readonly string[] {
  const text = escapeXmlText(formatExample(group, (line) => line).join('\n'));
  const message = formatCounts(group);
  const body = fails
    ? `<failure${formatAttributes({ message })}>${text}</failure>`
    : `<system-out>${escapeXmlText(message)}\n${text}</system-out>`;
  return [
    `    <testcase${formatAttributes({ name: group.cause?.description ?? '', classname })}>`,
    `      ${body}`,
    '    </testcase>',
  ];
}
