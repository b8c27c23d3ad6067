import type { Agreement, FileFigures } from './file-figures';

const HEADINGS = ['file', 'turns', 'active', 'ASK p/r/f1', 'CONFIRM p/r/f1', 'ACTION p/r/f1', 'INFORM p/r/f1'];
const SAFETY_HEADINGS = ['asks of known', 'unconfirmed', 'pause+return', 'resume', 'complete', 'final state'];

/** The figures of all files as two tables for people: what was planned, then what must not happen and how instances lived. */
export function figuresTable(all: readonly FileFigures[]): string {
  const acts = all.map((figures) => [
    figures.file,
    String(figures.turns),
    share(figures.active),
    ...[figures.ask, figures.confirm, figures.action, figures.inform].map(agreement),
  ]);
  const lives = all.map((figures) => [
    figures.file,
    String(figures.asksOfKnown),
    String(figures.unconfirmedActions),
    ...[figures.pauseReturnRecall, figures.resumeRecall, figures.completeInWindow, figures.finalState].map(share),
  ]);
  return `${table([HEADINGS, ...acts])}\n\n${table([['file', ...SAFETY_HEADINGS], ...lives])}`;
}

function agreement({ precision, recall, f1 }: Agreement): string {
  return [precision, recall, f1].map(share).join(' ');
}

/** Three digits, as the data's own README gives them; no row of the tables is wider than 100 characters. */
function share(value: number | null): string {
  if (value === null) return '-';
  const digits = value.toFixed(3);
  return digits.startsWith('0') ? digits.slice(1) : '1.00';
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
}
