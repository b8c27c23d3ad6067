import { machineText } from '../machine';
import { runCommand } from '../run-command';
import { tableText } from '../table';
import { domainArguments, usage } from './domain-arguments';
import { type DomainCost, domainCosts } from './domain-cost';

/** As long as the usual session's cost is `usualWidth` wide, up to the width of a line. */
const usualWidth = 10;
const widest = 50;

function bar({ ratio }: DomainCost): string {
  const width = Math.round(ratio * usualWidth);
  return width <= widest ? '#'.repeat(width) : `${'#'.repeat(widest)}...`;
}

runCommand({
  read: domainArguments,
  usage,
  async run(args) {
    const machine = machineText();
    const costs = await domainCosts(args);
    if (args.json) {
      console.log(JSON.stringify({ machine, rounds: args.rounds, costs }));
      return;
    }
    console.log(`${machine}\nCPU a turn, P6.1 to apply, median of ${args.rounds} rounds; ratio to the usual session\n`);
    console.log(
      tableText([
        ['case', 'value', 'us', 'ratio', 'allocated B', ''],
        ...costs.map((cost) => [
          cost.axis,
          cost.value.toLocaleString('en'),
          cost.microseconds,
          cost.ratio,
          cost.allocated,
          bar(cost),
        ]),
      ]),
    );
  },
});
