import type { Outcome, Violation } from './experiment';

/** Adds the counts of two runs. */
export function addOutcomes(first: Outcome, second: Outcome): Outcome {
  const labels = new Set([...Object.keys(first.counts), ...Object.keys(second.counts)]);
  const sums = Array.from(
    labels,
    (label) => [label, (first.counts[label] ?? 0) + (second.counts[label] ?? 0)] as const,
  );
  return { counts: Object.fromEntries(sums), violations: [...first.violations, ...second.violations] };
}

/** Adds violations that were found after the verification of the sessions. */
export function withViolations({ counts, violations }: Outcome, more: readonly Violation[]): Outcome {
  const all = [...violations, ...more];
  return { counts: { ...counts, violations: all.length }, violations: all };
}
