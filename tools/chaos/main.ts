import { parseArgs } from 'node:util';
import type { Experiment, ExperimentContext } from './experiment';
import { experiments } from './experiments';
import { type CompletedExperiment, formatJson, formatText } from './report';

interface ChaosArguments {
  /** Numbers of the experiments to run; undefined for all. */
  readonly only: readonly number[] | undefined;
  readonly short: boolean;
  readonly seed: number;
  readonly json: boolean;
  readonly help: boolean;
}

const usage = `npm run chaos [-- [--only 1,5] [--short] [--seed N] [--json]]

Starts service nodes and Redis on loopback, injects faults while turns are sent, and verifies every session afterwards. See
docs/consistency.md. Exits with code 1 if a guarantee is violated.

  --only N,N   run only these experiments
  --short      run shorter versions of the experiments, where available; takes a few seconds
  --seed N     seed of the random turns; default 1
  --json       print one JSON object per experiment`;

/** Parses the command line. Throws an Error that names an invalid option. */
function parseChaosArguments(args: readonly string[]): ChaosArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      short: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    only: values.only?.split(',').map((number) => parseInteger('--only', number.trim())),
    short: values.short,
    seed: parseInteger('--seed', values.seed),
    json: values.json,
    help: values.help,
  };
}

function parseInteger(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${option} must be a non-negative integer, but it is "${text}".`);
  return Number(text);
}

function selectExperiments({
  only,
  short,
}: ChaosArguments): readonly { experiment: Experiment; run: Experiment['full'] }[] {
  const unknown = only?.find((number) => experiments.every((experiment) => experiment.number !== number));
  if (unknown !== undefined) throw new Error(`There is no experiment ${unknown}.`);
  return experiments
    .filter(({ number }) => only?.includes(number) ?? true)
    .flatMap((experiment) => {
      const run = short ? experiment.short : experiment.full;
      return run === undefined ? [] : [{ experiment, run }];
    });
}

/** Creates a function that redraws a progress line on a terminal. Without a terminal, the function does nothing. */
function createProgressReporter(number: number): ExperimentContext['reportProgress'] {
  if (!process.stderr.isTTY) return () => undefined;
  return (text) => process.stderr.write(`\r\u001b[K${String(number).padStart(2)}  ${text}`);
}

async function runExperiments(args: ChaosArguments): Promise<number> {
  const results: CompletedExperiment[] = [];
  for (const { experiment, run } of selectExperiments(args)) {
    const reportProgress = createProgressReporter(experiment.number);
    reportProgress(experiment.name);
    const start = performance.now();
    const outcome = await run({ seed: args.seed + experiment.number, reportProgress });
    const result = { experiment, outcome, seconds: (performance.now() - start) / 1_000 };
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    console.log(args.json ? formatJson(result) : formatText(result));
    results.push(result);
  }
  const violations = results.reduce((sum, { outcome }) => sum + outcome.violations.length, 0);
  if (!args.json) {
    const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
    console.log(
      `\n${results.length} experiments, seed ${args.seed}, ${seconds.toFixed(0)} s: ${violations} violations`,
    );
  }
  return violations === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  process.stdout.on('error', () => process.exit(1)); // `npm run chaos | head` closes the pipe.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  let args: ChaosArguments;
  try {
    args = parseChaosArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (args.help) {
    console.log(usage);
    return 0;
  }
  try {
    return await runExperiments(args);
  } catch (error) {
    console.error(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  }
}

void main().then((code) => {
  process.exit(code); // Child processes that are still running end with this process.
});
