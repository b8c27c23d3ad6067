import { cpus, loadavg, totalmem } from 'node:os';

/** Returns the value at a quantile from 0 to 1; NaN if there are no values. */
export function getQuantile(values: readonly number[], quantile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN;
}

/** Returns the median; NaN if there are no values. */
export function getMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? Number.NaN) + upper) / 2;
}

/** Formats a table with two spaces between columns. The first row is the heading. Numbers are right-aligned. */
export function formatTable(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : cell)));
  const widths = cells.reduce<number[]>(
    (current, row) => row.map((cell, column) => Math.max(current[column] ?? 0, cell.length)),
    [],
  );
  const hasText = (column: number): boolean => rows.slice(1).some((row) => typeof row[column] === 'string');
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          hasText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Formats a number with thousands separators: two decimals below 10, one below 100, none from 100. "-" if it is not finite. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Describes the machine in one line, with its load before the run. */
export function describeMachine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = (loadavg()[0] ?? Number.NaN).toFixed(1);
  return `${cpus().length} x ${model}, ${memory} GiB, ${process.platform}, Node.js ${process.version}, load ${load} before the run`;
}
