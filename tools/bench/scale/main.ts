import { describeMachine } from '../machine';
import { runBenchCommand } from '../run-command';
import { formatTable } from '../table';
import { catalogueExperiment } from './catalogue';
import { connectionsExperiment } from './connections';
import type { ScaleExperiment } from './experiment';
import { nodesExperiment } from './nodes';
import { parseScaleArguments, type ScaleArguments, usage } from './scale-arguments';
import { measureScaleCost, type SizeCost } from './scale-cost';
import { sessionsExperiment } from './sessions';
import { watchStreamsExperiment } from './watchers';

const experiments: readonly ScaleExperiment[] = [
  sessionsExperiment,
  catalogueExperiment,
  connectionsExperiment,
  nodesExperiment,
  watchStreamsExperiment,
];

function chosen({ only }: ScaleArguments): readonly ScaleExperiment[] {
  const unknown = only?.find((name) => !experiments.some((experiment) => experiment.name.startsWith(name)));
  if (unknown !== undefined) throw new Error(`There is no experiment “${unknown}”.`);
  return experiments.filter(({ name }) => only?.some((beginning) => name.startsWith(beginning)) ?? true);
}

function report({ name }: ScaleExperiment, costs: readonly SizeCost[]): string {
  const headings = Object.keys(costs[0]?.extraFigures ?? {});
  return formatTable([
    [name, 'CPU us a turn', 'ratio', 'turns/s', 'p99 ms', ...headings],
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

/** Throws where the arguments cannot be used. */
function read(given: readonly string[]): ScaleArguments {
  const args = parseScaleArguments(given);
  chosen(args);
  return args;
}

runBenchCommand({
  parse: read,
  usage,
  async run(args) {
    const machine = describeMachine();
    const all = chosen(args);
    if (!args.json)
      console.log(`${machine}\nmedians of ${args.rounds} rounds; ratio to the first line of the same round`);
    for (const experiment of all) {
      const sizes = await measureScaleCost(experiment, args);
      console.log(
        args.json
          ? JSON.stringify({ machine, experiment: experiment.name, rounds: args.rounds, sizes })
          : `\n${report(experiment, sizes)}`,
      );
    }
  },
});
