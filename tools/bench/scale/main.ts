import { machineText } from '../machine';
import { runCommand } from '../run-command';
import { tableText } from '../table';
import { catalogue } from './catalogue';
import { connections } from './connections';
import type { Experiment } from './experiment';
import { nodes } from './nodes';
import { type ScaleArguments, scaleArguments, usage } from './scale-arguments';
import { type SizeCost, scaleCost } from './scale-cost';
import { sessions } from './sessions';
import { watchers } from './watchers';

const experiments: readonly Experiment[] = [sessions, catalogue, connections, nodes, watchers];

function chosen({ only }: ScaleArguments): readonly Experiment[] {
  const unknown = only?.find((name) => !experiments.some((experiment) => experiment.name.startsWith(name)));
  if (unknown !== undefined) throw new Error(`There is no experiment “${unknown}”.`);
  return experiments.filter(({ name }) => only?.some((beginning) => name.startsWith(beginning)) ?? true);
}

function report({ name }: Experiment, costs: readonly SizeCost[]): string {
  const headings = Object.keys(costs[0]?.found ?? {});
  return tableText([
    [name, 'CPU us a turn', 'ratio', 'turns/s', 'p99 ms', ...headings],
    ...costs.map((cost) => [
      cost.name,
      cost.cpuPerTurn,
      cost.ratio,
      cost.throughput,
      cost.p99,
      ...headings.map((heading) => cost.found[heading] ?? Number.NaN),
    ]),
  ]);
}

/** Throws where the arguments cannot be used. */
function read(given: readonly string[]): ScaleArguments {
  const args = scaleArguments(given);
  chosen(args);
  return args;
}

runCommand({
  read,
  usage,
  async run(args) {
    const machine = machineText();
    const all = chosen(args);
    if (!args.json)
      console.log(`${machine}\nmedians of ${args.rounds} rounds; ratio to the first line of the same round`);
    for (const experiment of all) {
      const sizes = await scaleCost(experiment, args);
      console.log(
        args.json
          ? JSON.stringify({ machine, experiment: experiment.name, rounds: args.rounds, sizes })
          : `\n${report(experiment, sizes)}`,
      );
    }
  },
});
