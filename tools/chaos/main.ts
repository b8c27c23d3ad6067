import { type ChaosArguments, chaosArguments, usage } from './chaos-arguments';
import type { Conditions, Experiment } from './experiment';
import { experiments } from './experiments';
import { type Finished, outcomeJson, outcomeText } from './outcome-text';

/** The experiments that were asked for, each as the function to run. */
function chosen({ only, short }: ChaosArguments): readonly { experiment: Experiment; run: Experiment['full'] }[] {
  const unknown = only?.find((number) => experiments.every((experiment) => experiment.number !== number));
  if (unknown !== undefined) throw new Error(`There is no experiment ${unknown}.`);
  return experiments
    .filter(({ number }) => only?.includes(number) ?? true)
    .flatMap((experiment) => {
      const run = short ? experiment.short : experiment.full;
      return run === undefined ? [] : [{ experiment, run }];
    });
}

/** A line that is redrawn in place, on a terminal only. */
function progressLine(number: number): Conditions['progress'] {
  if (!process.stderr.isTTY) return () => undefined;
  return (what) => process.stderr.write(`\r\u001b[K${String(number).padStart(2)}  ${what}`);
}

async function run(args: ChaosArguments): Promise<number> {
  const finished: Finished[] = [];
  for (const { experiment, run: start } of chosen(args)) {
    const progress = progressLine(experiment.number);
    progress(experiment.name);
    const since = performance.now();
    const outcome = await start({ seed: args.seed + experiment.number, progress });
    const one = { experiment, outcome, seconds: (performance.now() - since) / 1_000 };
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    console.log(args.json ? outcomeJson(one) : outcomeText(one));
    finished.push(one);
  }
  const violations = finished.reduce((sum, { outcome }) => sum + outcome.violations.length, 0);
  if (!args.json) {
    const seconds = finished.reduce((sum, one) => sum + one.seconds, 0);
    console.log(
      `\n${finished.length} experiments, seed ${args.seed}, ${seconds.toFixed(0)} s: ${violations} violations`,
    );
  }
  return violations === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  process.stdout.on('error', () => process.exit(1)); // `npm run chaos | head` closes it
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  let args: ChaosArguments;
  try {
    args = chaosArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (args.help) {
    console.log(usage);
    return 0;
  }
  try {
    return await run(args);
  } catch (error) {
    console.error(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  }
}

void main().then((code) => {
  process.exit(code); // a child that is still to be ended is ended with this process
});
