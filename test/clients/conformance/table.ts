import { unorderedSteps } from './script';
import type { ConformanceRow } from './server';

/** Removes from a row what differs between runs: ids, and the order of turns of different sessions. */
export function normalize(row: ConformanceRow): ConformanceRow {
  const text = JSON.stringify(row).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
  const normalized: ConformanceRow = JSON.parse(text);
  if (!unorderedSteps.has(row.step)) return normalized;
  return { ...normalized, items: normalized.items.toSorted((a, b) => Number(getTurn(a)) - Number(getTurn(b))) };
}

function getTurn(item: unknown): unknown {
  return item !== null && typeof item === 'object' && 'turn' in item ? item.turn : undefined;
}

/** Formats the rows of all languages as a table of Markdown. A row that differs from that of the first language has a mark. */
export function formatTable(rowsByLanguage: ReadonlyMap<string, readonly ConformanceRow[]>): string {
  const languages = [...rowsByLanguage.keys()];
  const [reference = []] = rowsByLanguage.values();
  const lines = reference.map((expected, at) => {
    const cells = languages.map((language) => {
      const row = rowsByLanguage.get(language)?.[at];
      const isEqual = JSON.stringify(sortKeys(row)) === JSON.stringify(sortKeys(expected));
      return row === undefined ? 'no row' : `${isEqual ? '' : 'DIFFERS: '}${formatRow(row)}`;
    });
    return `| ${[expected.step, ...cells].join(' | ')} |`;
  });
  return [`| step | ${languages.join(' | ')} |`, `|${'---|'.repeat(languages.length + 1)}`, ...lines].join('\n');
}

function formatRow({ status, reason, attempts, items }: ConformanceRow): string {
  const code = reason === '' ? status : `${status} ${reason}`;
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  return `${code}${tries}${items.length > 1 ? `, ${items.length} messages` : ''}`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, content]) => [name, sortKeys(content)]),
  );
}
