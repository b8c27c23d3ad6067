import { parseArgs } from 'node:util';
import { parsePositiveInteger, runBenchCommand, showProgress } from '../command';
import { describeMachine } from '../figures';
import { type IndexOptions, measureIndex } from './index-cost';

interface IndexArguments extends IndexOptions {
  readonly json: boolean;
  readonly help: boolean;
}

const usage = `npm run bench:index [-- [--sessions N] [--rounds N] [--json]]

Measures CountSessions and pages of ListSessions on a Redis of its own with many sessions. Each session has one instance: 10 scenarios in two
versions, 8 steps, one in ten paused, five sessions for each customer. The sessions are committed with the store of the service, one turn each, so
1,000,000 sessions need about 3 GB of memory. The target for that number: CountSessions in 50 ms, a first page in 200 ms.

  --sessions N  number of sessions; default 100000
  --rounds N    rounds; the queries alternate; default 7
  --json        print one JSON object`;

function parseIndexArguments(args: readonly string[]): IndexArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sessions: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '7' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    sessions: parsePositiveInteger('--sessions', values.sessions),
    rounds: parsePositiveInteger('--rounds', values.rounds),
    json: values.json,
    help: values.help,
  };
}

runBenchCommand({
  parse: parseIndexArguments,
  usage,
  async run(args) {
    const machine = describeMachine();
    const cost = await measureIndex(args, showProgress);
    showProgress('');
    if (args.json) {
      console.log(JSON.stringify({ machine, cost }));
      return;
    }
    console.log(
      `${machine}\n\n${cost.sessions} sessions, ${Math.round(cost.bytesPerSession)} bytes each, filled in ${Math.round(cost.fillSeconds)} s\n`,
    );
    const rows = {
      CountSessions: cost.count,
      'first page': cost.firstPage,
      'a customer': cost.customerPage,
      'a step and status': cost.filteredPage,
    };
    for (const [name, times] of Object.entries(rows)) console.log(`${name.padEnd(20)} ${formatTimes(times)}`);
  },
});

/** Formats the median and the range. */
function formatTimes(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const [median = 0, first = 0, last = 0] = [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)];
  return `${median.toFixed(0)} ms (${first.toFixed(0)} to ${last.toFixed(0)})`;
}
