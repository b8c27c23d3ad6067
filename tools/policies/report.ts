import { manners } from './customer';
import type { StoryVerdict } from './play-story';
import type { WorldsResult } from './play-worlds';
import { proposers } from './proposers';
import { worldKinds } from './wrong-worlds';

/** What a run of all stories and worlds found. */
export interface PolicyReport {
  readonly scenarioFiles: number;
  readonly yamlLines: number;
  readonly verdicts: readonly StoryVerdict[];
  readonly wrong: readonly WorldsResult[];
  /** Requests with which nothing is wrong, by proposer. */
  readonly controls: readonly WorldsResult[];
  /** Processor time of all turns in seconds, with the tools, the customers and the judge. */
  readonly cpuSeconds: number;
}

/** Whether no action broke the policy, and every story ended as it should unless its own tools refuse the right action. */
export function isRight({ verdicts, wrong, controls }: PolicyReport): boolean {
  const forbidden = [...wrong, ...controls].flatMap((result) => result.forbidden);
  return (
    forbidden.length === 0 && verdicts.every(({ problems, refusedByTool }) => problems.length === 0 || refusedByTool)
  );
}

/** Formats a report as a table for people. */
export function formatReport(report: PolicyReport): readonly string[] {
  const { verdicts, wrong, controls, cpuSeconds } = report;
  const worlds = sum(wrong.map((result) => result.worlds));
  const forbidden = sum([...wrong, ...controls].map((result) => result.forbidden.length));
  const turns =
    sum(verdicts.map((verdict) => verdict.turnCount)) + sum([...wrong, ...controls].map((result) => result.turns));
  return [
    'Stories                                  right  database equal  actions  refused  turns',
    ...manners.map((manner) => formatStories(manner, verdicts)),
    ...listMisses(verdicts),
    '',
    `Forbidden actions in wrong worlds${''.padEnd(5)}${proposers.map((proposer) => `proposer: ${proposer}`.padStart(22)).join('')}`,
    ...worldKinds.map((kind) => formatWorlds(kind, wrong)),
    formatControls(controls),
    ...[...wrong, ...controls].flatMap(({ kind, proposer, forbidden: texts }) =>
      texts.slice(0, 3).map((text) => `  ${kind}, ${proposer}: ${text}`),
    ),
    '',
    `${worlds} wrong worlds, ${forbidden} forbidden actions`,
    `${turns} turns, ${Math.round(turns / cpuSeconds)} turns per second of processor time`,
    `${report.yamlLines} lines of YAML in ${report.scenarioFiles} files`,
  ];
}

function formatStories(manner: string, verdicts: readonly StoryVerdict[]): string {
  const own = verdicts.filter((verdict) => verdict.manner === manner);
  const right = own.filter(({ problems }) => problems.length === 0).length;
  const equal = own.filter(({ isDatabaseEqual }) => isDatabaseEqual).length;
  const cells = [
    `${right} of ${own.length}`.padStart(11),
    String(equal).padStart(16),
    String(sum(own.map(({ writeCount }) => writeCount))).padStart(9),
    String(sum(own.map(({ refusedCount }) => refusedCount))).padStart(9),
    String(sum(own.map(({ turnCount }) => turnCount))).padStart(7),
  ];
  return `  ${manner.padEnd(33)}${cells.join('')}`;
}

/** Lists the problems of each story that is not right, with the manners in which it is not. */
function listMisses(verdicts: readonly StoryVerdict[]): readonly string[] {
  const misses = verdicts.filter(({ problems }) => problems.length > 0);
  const mannersByText = new Map<string, string[]>();
  for (const { id, problems, refusedByTool, manner } of misses) {
    const reason = refusedByTool ? ' (the published tool refuses this action, too)' : '';
    const text = `  story ${id}: ${problems.join('; ')}${reason}`;
    mannersByText.set(text, [...(mannersByText.get(text) ?? []), manner]);
  }
  return [...mannersByText].map(([text, list]) =>
    list.length === manners.length ? text : `${text} [${list.join(', ')}]`,
  );
}

function formatWorlds(kind: string, wrong: readonly WorldsResult[]): string {
  const cells = wrong
    .filter((result) => result.kind === kind)
    .map(({ forbidden, worlds }) => `${forbidden.length} in ${worlds}`.padStart(22));
  return `  ${kind.padEnd(36)}${cells.join('')}`;
}

function formatControls(controls: readonly WorldsResult[]): string {
  const cells = controls.map(({ writes, worlds }) => `${writes} ran in ${worlds}`.padStart(22));
  return `  ${'(nothing wrong: actions that ran)'.padEnd(36)}${cells.join('')}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
