import type { Experiment, Outcome } from './experiment';

/** Maximum number of violations that the text lists. The JSON object contains all violations. */
const maxListedViolations = 10;
const lineWidth = 120;

export interface CompletedExperiment {
  readonly experiment: Experiment;
  readonly outcome: Outcome;
  readonly seconds: number;
}

export function formatText({ experiment, outcome, seconds }: CompletedExperiment): string {
  const status = outcome.violations.length === 0 ? 'ok' : 'VIOLATED';
  const counts = Object.entries(outcome.counts).map(([label, value]) => `${label} ${value.toLocaleString('en')}`);
  const violations = outcome.violations.slice(0, maxListedViolations).map(({ kind, text }) => `! ${kind}: ${text}`);
  const omitted = outcome.violations.length - violations.length;
  return [
    `${String(experiment.number).padStart(2)}  ${experiment.name}: ${status} (${seconds.toFixed(1)} s)`,
    ...wrapLines(counts),
    ...violations.map((line) => `    ${line}`),
    ...(omitted > 0 ? [`    ! and ${omitted} more`] : []),
  ].join('\n');
}

/** Formats the experiment as one line of JSON. */
export function formatJson({ experiment: { number, name }, outcome, seconds }: CompletedExperiment): string {
  return JSON.stringify({ number, name, seconds, counts: outcome.counts, violations: outcome.violations });
}

/** Joins the entries with commas and wraps them into indented lines. */
function wrapLines(entries: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const entry of entries) {
    const extended = line === '' ? `    ${entry}` : `${line}, ${entry}`;
    if (line !== '' && extended.length > lineWidth) {
      lines.push(`${line},`);
      line = `    ${entry}`;
    } else {
      line = extended;
    }
  }
  return [...lines, line];
}
