import type { Experiment, Outcome } from './experiment';

/** Violations that are told one by one. */
const told = 10;

/** An experiment that was run. */
export interface Finished {
  readonly experiment: Experiment;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** What an experiment came to, for people. */
export function outcomeText({ experiment, outcome, seconds }: Finished): string {
  const verdict = outcome.violations.length === 0 ? 'ok' : 'VIOLATED';
  const counts = Object.entries(outcome.counts).map(([name, value]) => `${name} ${value.toLocaleString('en')}`);
  const violations = outcome.violations.slice(0, told).map(({ kind, text }) => `! ${kind}: ${text}`);
  const more = outcome.violations.length - violations.length;
  return [
    `${String(experiment.number).padStart(2)}  ${experiment.name}: ${verdict} (${seconds.toFixed(1)} s)`,
    ...wrapped(counts),
    ...violations.map((line) => `    ${line}`),
    ...(more > 0 ? [`    ! and ${more} more`] : []),
  ].join('\n');
}

/** The same as one JSON object. */
export function outcomeJson({ experiment: { number, name }, outcome, seconds }: Finished): string {
  return JSON.stringify({ number, name, seconds, counts: outcome.counts, violations: outcome.violations });
}

const width = 120;

/** Counts side by side, as many as a line holds. */
function wrapped(counts: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const count of counts) {
    const longer = line === '' ? `    ${count}` : `${line}, ${count}`;
    if (line !== '' && longer.length > width) {
      lines.push(`${line},`);
      line = `    ${count}`;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
