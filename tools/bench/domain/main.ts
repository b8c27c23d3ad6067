import { describeMachine } from '../machine';
import { runBenchCommand } from '../run-command';
import { formatTable } from '../table';
import { parseDomainArguments, usage } from './domain-arguments';
import { type DomainCost, measureDomainCosts } from './domain-cost';

/** As long as the usual session's cost is `usualWidth` wide, up to the width of a line. */
const usualWidth = 10;
const widest = 50;

function bar({ ratio }: DomainCost): string {
  const width = Math.round(ratio * usualWidth);
  return width <= widest ? '#'.repeat(width) : `${'#'.repeat(widest)}...`;
}

runBenchCommand({
  parse: parseDomainArguments,
  usage,
  async run(args) {
    const machine = describeMachine();
    const costs = await measureDomainCosts(args);
    if (args.json) {
      console.log(JSON.stringify({ machine, rounds: args.rounds, costs }));
      return;
    }
    console.log(`${machine}\nCPU a turn, P6.1 to apply, median of ${args.rounds} rounds; ratio to the usual session\n`);
    console.log(
      formatTable([
        ['case', 'value', 'us', 'ratio', 'allocated B', ''],
        ...costs.map((cost) => [
          cost.axis,
          cost.value.toLocaleString('en'),
          cost.microseconds,
          cost.ratio,
          cost.allocatedBytes,
          bar(cost),
        ]),
      ]),
    );
  },
});
