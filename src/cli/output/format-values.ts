/** Maps a scenario id to the name of the scenario. */
export type NameLookup = (scenarioId: string) => string;

/** Formats the entries of a record on one line: `order_id="4711", guests=4`. */
export function formatRecord(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
}

/** Formats a count: `1 attempt`, `2 attempts`; "" for 0. */
export function formatCount(count: number, singular: string): string {
  if (count === 0) return '';
  return `${count} ${singular}${count === 1 ? '' : 's'}`;
}

/** The units of a duration in ms, the longest first. */
const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** Formats a duration in ms, rounded down to its largest unit: `2 h`. */
export function formatDuration(ms: number): string {
  for (const [unit, length] of units) if (ms >= length) return `${Math.floor(ms / length)} ${unit}`;
  return `${Math.max(0, Math.floor(ms / 1_000))} s`;
}
