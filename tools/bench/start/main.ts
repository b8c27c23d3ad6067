import { parseArgs } from 'node:util';
import { parsePositiveInteger, runBenchCommand } from '../command';
import { describeMachine } from '../figures';
import { measureStart, type StartOptions } from './start-cost';
import { formatStartReport } from './start-report';

interface StartArguments extends StartOptions {
  readonly json: boolean;
  readonly help: boolean;
}

const usage = `npm run bench:start [-- [--rounds N] [--turns LIST] [--in-flight N] [--json]]

Measures the CPU of the first turns after the service is SERVING, compared with the turns of the same process after more than 15,000 turns:
with different numbers of turns of the warm-up. Each start is a process of its own on Redis; the variants alternate in each round. Also
measures time and CPU from the start of the process until it is SERVING. See docs/performance.md.

  --rounds N     rounds of each variant; default 3
  --turns LIST   server.warm_up_turns of each variant; default 0,3000
  --in-flight N  concurrent calls; default 16
  --json         print one JSON object`;

function parseStartArguments(args: readonly string[]): StartArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      turns: { type: 'string', default: '0,3000' },
      'in-flight': { type: 'string', default: '16' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    rounds: parsePositiveInteger('--rounds', values.rounds),
    warmUpTurns: values.turns.split(',').map((text) => (text === '0' ? 0 : parsePositiveInteger('--turns', text))),
    inFlight: parsePositiveInteger('--in-flight', values['in-flight']),
    json: values.json,
    help: values.help,
  };
}

runBenchCommand({
  parse: parseStartArguments,
  usage,
  async run(args) {
    const machine = describeMachine();
    const starts = await measureStart(args);
    console.log(args.json ? JSON.stringify({ machine, starts }) : `${machine}\n\n${formatStartReport(starts)}`);
  },
});
