import type { DialogueScore, Disagreement, GroupScores, Share, Tally } from './scores';

/** How well two sets agree. A value is null if the divisor is 0. */
export interface Agreement {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** How closely the acts of the plans match the recording. */
export interface ActFigures {
  /** Number of turns with an expected act, the divisor of `active`. */
  readonly scoredTurns: number;
  readonly active: number | null;
  readonly ask: Agreement;
  readonly confirm: Agreement;
  readonly action: Agreement;
  readonly inform: Agreement;
}

/** How closely the lifecycle decisions match the recording. */
export interface LifecycleFigures {
  readonly pauseReturnRecall: number | null;
  readonly resumeRecall: number | null;
  readonly completeInWindow: number | null;
  readonly finalState: number | null;
}

export type ChartFigures = ActFigures & LifecycleFigures;

/** The figures of one data file. Shares are 0 to 1, or null if there is nothing to count. */
export interface FileFigures extends ChartFigures {
  readonly file: string;
  readonly turns: number;
  readonly asksForKnownFields: number;
  readonly unconfirmedActions: number;
  /** Without the turns whose recorded reply contains free text. */
  readonly withoutFreeText: ActFigures;
  /** Only the charts that were known when the mapping was first written. */
  readonly seen: ChartFigures;
  /** Only the other charts. */
  readonly unseen: ChartFigures;
}

/** Computes the figures of a file from the sum of its scores. */
export function toFigures(file: string, { all, withoutFreeText, seen, unseen }: GroupScores): FileFigures {
  return {
    file,
    turns: all.turns,
    ...toChartFigures(all),
    asksForKnownFields: all.asksForKnownFields,
    unconfirmedActions: all.unconfirmedActions,
    withoutFreeText: toActFigures(withoutFreeText),
    seen: toChartFigures(seen),
    unseen: toChartFigures(unseen),
  };
}

function toChartFigures(score: DialogueScore): ChartFigures {
  return {
    ...toActFigures(score),
    pauseReturnRecall: toRatio(score.pausesWithReturn),
    resumeRecall: toRatio(score.resumes),
    completeInWindow: toRatio(score.completionsInWindow),
    finalState: toRatio(score.finalStates),
  };
}

function toActFigures({ activeTurns, acts }: DialogueScore): ActFigures {
  return {
    scoredTurns: activeTurns.total,
    active: toRatio(activeTurns),
    ask: toAgreement(acts.ASK),
    confirm: toAgreement(acts.CONFIRM),
    action: toAgreement(acts.ACTION),
    inform: toAgreement(acts.INFORM),
  };
}

function toAgreement({ matched, planOnly, referenceOnly }: Tally): Agreement {
  return {
    precision: toRatio({ hits: matched, total: matched + planOnly }),
    recall: toRatio({ hits: matched, total: matched + referenceOnly }),
    f1: toRatio({ hits: 2 * matched, total: 2 * matched + planOnly + referenceOnly }),
  };
}

function toRatio({ hits, total }: Share): number | null {
  return total === 0 ? null : hits / total;
}

/** Formats the figures as one line of JSON. The keys are a public interface (docs/replay.md). Values have four decimals. */
export function formatFiguresJson(figures: FileFigures): string {
  const { file, turns, withoutFreeText, seen, unseen } = figures;
  return JSON.stringify({
    file,
    turns,
    ...toActValues(figures),
    asks_of_known: figures.asksForKnownFields,
    unconfirmed_actions: figures.unconfirmedActions,
    ...toLifecycleValues(figures),
    without_free_text: toActValues(withoutFreeText),
    seen: { ...toActValues(seen), ...toLifecycleValues(seen) },
    unseen: { ...toActValues(unseen), ...toLifecycleValues(unseen) },
  });
}

function toActValues(figures: ActFigures): Record<string, number | null> {
  return {
    scored_turns: figures.scoredTurns,
    active: round(figures.active),
    ask_f1: round(figures.ask.f1),
    confirm_f1: round(figures.confirm.f1),
    action_f1: round(figures.action.f1),
    inform_f1: round(figures.inform.f1),
  };
}

function toLifecycleValues(figures: LifecycleFigures): Record<string, number | null> {
  return {
    pause_return_recall: round(figures.pauseReturnRecall),
    resume_recall: round(figures.resumeRecall),
    complete_in_window: round(figures.completeInWindow),
    final_state: round(figures.finalState),
  };
}

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10_000) / 10_000;
}

const actHeadings = ['scored', 'active', 'ASK p/r/f1', 'CONFIRM p/r/f1', 'ACTION p/r/f1', 'INFORM p/r/f1'];
const lifecycleHeadings = ['asks for known', 'unconfirmed', 'pause+return', 'resume', 'complete', 'final state'];

/**
 * Formats the figures of all files as two tables: acts, then safety and lifecycle. Below a file are its rows without free text, if it has any,
 * and by charts, if it has any that are not seen.
 */
export function formatFiguresTable(all: readonly FileFigures[]): string {
  const acts = all.flatMap((figures) => [
    [figures.file, ...formatActRow(figures)],
    ...(figures.withoutFreeText.scoredTurns < figures.scoredTurns
      ? [['  no free text', ...formatActRow(figures.withoutFreeText)]]
      : []),
    ...listChartGroups(figures).map(([label, group]) => [label, ...formatActRow(group)]),
  ]);
  const lifecycles = all.flatMap((figures) => [
    [
      figures.file,
      String(figures.asksForKnownFields),
      String(figures.unconfirmedActions),
      ...formatLifecycleRow(figures),
    ],
    ...listChartGroups(figures).map(([label, group]) => [label, '', '', ...formatLifecycleRow(group)]),
  ]);
  return [
    formatTable([['file', ...actHeadings], ...acts]),
    formatTable([['file', ...lifecycleHeadings], ...lifecycles]),
  ].join('\n\n');
}

function listChartGroups({ seen, unseen }: FileFigures): [string, ChartFigures][] {
  if (unseen.scoredTurns === 0) return [];
  return [
    ['  seen charts', seen],
    ['  unseen', unseen],
  ];
}

function formatActRow({ scoredTurns, active, ask, confirm, action, inform }: ActFigures): string[] {
  return [String(scoredTurns), formatShare(active), ...[ask, confirm, action, inform].map(formatAgreement)];
}

function formatLifecycleRow(figures: LifecycleFigures): string[] {
  const { pauseReturnRecall, resumeRecall, completeInWindow, finalState } = figures;
  return [pauseReturnRecall, resumeRecall, completeInWindow, finalState].map(formatShare);
}

function formatAgreement({ precision, recall, f1 }: Agreement): string {
  return [precision, recall, f1].map(formatShare).join(' ');
}

/** Formats a share with three decimals and no leading zero, so that no row is wider than 100 characters. "-" if it is null. */
function formatShare(value: number | null): string {
  if (value === null) return '-';
  const text = value.toFixed(3);
  return text.startsWith('0') ? text.slice(1) : '1.00';
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const formatRow = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map(formatRow).join('\n');
}

/** Formats a turn in which plan and recording differ, as one line. */
export function formatDisagreement(file: string, { dialogueId, turn, missing, extra }: Disagreement): string {
  const parts = [formatActs('missing', missing), formatActs('extra', extra)].filter((part) => part !== '');
  return `${file} ${dialogueId} turn ${turn}: ${parts.join('; ')}`;
}

function formatActs(label: string, acts: readonly string[]): string {
  return acts.length === 0 ? '' : `${label} ${[...acts].sort().join(', ')}`;
}
