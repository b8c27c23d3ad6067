import { parseArgs } from 'node:util';
import { parsePositiveInteger, runBenchCommand } from '../command';
import { describeMachine, formatTable } from '../figures';
import { scaleExperiments } from './experiments';
import { measureScaleCost, type ScaleCostOptions, type ScaleExperiment, type SizeCost } from './scale-cost';

interface ScaleArguments extends ScaleCostOptions {
  readonly experiments: readonly ScaleExperiment[];
  readonly json: boolean;
  readonly help: boolean;
}

const usage = `npm run bench:scale [-- [--only NAME,NAME] [--full | --short] [--rounds N] [--sessions N] [--json]]

Measures how the cost of a turn grows with sessions in Redis, scenarios in the catalogue, active scenarios, connections, nodes and idle watch streams.
Each size has its own Redis. The sizes of an experiment alternate in each round. See docs/performance.md.

  --only NAME,NAME  run only these experiments: sessions, scenarios, active, connections, nodes, idle
  --full            include one million sessions, which need about 50 GB of memory
  --short           use very small sizes, to test the benchmark
  --rounds N        rounds of each size; default 5
  --sessions N      new sessions per round, nine turns each; default 300
  --json            print one JSON object per experiment`;

function parseScaleArguments(args: readonly string[]): ScaleArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      full: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      sessions: { type: 'string', default: '300' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    experiments: selectExperiments(values.only?.split(',').map((name) => name.trim())),
    full: values.full,
    short: values.short,
    rounds: parsePositiveInteger('--rounds', values.rounds),
    sessions: parsePositiveInteger('--sessions', values.sessions),
    json: values.json,
    help: values.help,
  };
}

/** Selects experiments by prefixes of their names; undefined selects all. Throws an Error that names an unknown prefix. */
function selectExperiments(prefixes: readonly string[] | undefined): readonly ScaleExperiment[] {
  const unknown = prefixes?.find((prefix) => !scaleExperiments.some(({ name }) => name.startsWith(prefix)));
  if (unknown !== undefined) throw new Error(`There is no experiment "${unknown}".`);
  return scaleExperiments.filter(({ name }) => prefixes?.some((prefix) => name.startsWith(prefix)) ?? true);
}

function formatCosts({ name }: ScaleExperiment, costs: readonly SizeCost[]): string {
  const headings = Object.keys(costs[0]?.extraFigures ?? {});
  return formatTable([
    [name, 'CPU us/turn', 'ratio', 'turns/s', 'p99 ms', ...headings],
    ...costs.map((cost) => [
      cost.name,
      cost.cpuUsPerTurn,
      cost.ratio,
      cost.turnsPerSecond,
      cost.p99Ms,
      ...headings.map((heading) => cost.extraFigures[heading] ?? Number.NaN),
    ]),
  ]);
}

runBenchCommand({
  parse: parseScaleArguments,
  usage,
  async run(args) {
    const machine = describeMachine();
    const { experiments, rounds, json } = args;
    if (!json) console.log(`${machine}\nmedians of ${rounds} rounds; ratio to the first line of the same round`);
    for (const experiment of experiments) {
      const sizes = await measureScaleCost(experiment, args);
      console.log(
        json
          ? JSON.stringify({ machine, experiment: experiment.name, rounds, sizes })
          : `\n${formatCosts(experiment, sizes)}`,
      );
    }
  },
});
