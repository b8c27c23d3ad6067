import { parseArgs } from 'node:util';
import { parsePositiveInteger, runBenchCommand } from '../command';
import { describeMachine, formatTable } from '../figures';
import { type DomainCost, type DomainCostOptions, measureDomainCosts } from './domain-cost';

interface DomainArguments extends DomainCostOptions {
  readonly json: boolean;
  readonly help: boolean;
}

const usage = `npm run bench:domain [-- [--rounds N] [--batch-ms N] [--json]]

Measures the rules alone, in this process: CPU per turn by active scenarios, steps per scenario, known fields, candidates and rules.
Each case varies one of these dimensions. The cases alternate in each round. See docs/performance.md.

  --rounds N    rounds of each case; default 15
  --batch-ms N  CPU time of a case per round, in milliseconds; default 30
  --json        print one JSON object`;

function parseDomainArguments(args: readonly string[]): DomainArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '15' },
      'batch-ms': { type: 'string', default: '30' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    rounds: parsePositiveInteger('--rounds', values.rounds),
    batchMs: parsePositiveInteger('--batch-ms', values['batch-ms']),
    json: values.json,
    help: values.help,
  };
}

/** Width in characters of the bar of the baseline, and of the longest bar. */
const baselineWidth = 10;
const maxWidth = 50;

function formatBar({ ratio }: DomainCost): string {
  const width = Math.round(ratio * baselineWidth);
  return width <= maxWidth ? '#'.repeat(width) : `${'#'.repeat(maxWidth)}...`;
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
    console.log(`${machine}\nCPU of the rules per turn, median of ${args.rounds} rounds; ratio to the baseline\n`);
    console.log(
      formatTable([
        ['case', 'value', 'us', 'ratio', 'allocated B', ''],
        ...costs.map((cost) => [
          cost.axis,
          cost.value.toLocaleString('en'),
          cost.microseconds,
          cost.ratio,
          cost.allocatedBytes,
          formatBar(cost),
        ]),
      ]),
    );
  },
});
