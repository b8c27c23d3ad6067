import { parseArgs } from 'node:util';
import { parsePositiveInteger, runBenchCommand } from '../command';
import { describeMachine } from '../figures';
import { measureWorkers, type WorkersOptions } from './workers-cost';
import { formatWorkersReport } from './workers-report';

interface WorkersArguments extends WorkersOptions {
  readonly json: boolean;
  readonly help: boolean;
}

const usage = `npm run bench:workers [-- [--workers LIST] [--share PERCENT] [--rounds N] [--sessions N] [--in-flight N] [--connections N] [--warm-up N] [--json]]

Measures the turns per second of the service with different numbers of workers, on one Redis, in alternating rounds. The load generators, Redis
and the service share the machine, so the workers are the bottleneck only if there are enough cores. On a smaller machine, limit each worker to
a share of a core: then the others have what they need, if the idle share of the cores is clearly above 0. See docs/performance.md.

  --workers LIST   server.workers of each variant; default 1,2
  --share PERCENT  CPU limit of each worker in percent of a core; default no limit
  --rounds N       rounds of each variant; default 9
  --sessions N     new sessions of each worker per round, nine turns each; default 350
  --in-flight N    concurrent calls for each worker; default 16
  --connections N  connections for each worker; default 8
  --warm-up N      turns of each worker before the measurement; default 15000
  --json           print one JSON object`;

function parseWorkersArguments(args: readonly string[]): WorkersArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workers: { type: 'string', default: '1,2' },
      share: { type: 'string' },
      rounds: { type: 'string', default: '9' },
      sessions: { type: 'string', default: '350' },
      'in-flight': { type: 'string', default: '16' },
      connections: { type: 'string', default: '8' },
      'warm-up': { type: 'string', default: '15000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    workers: values.workers.split(',').map((text) => parsePositiveInteger('--workers', text)),
    share: values.share === undefined ? undefined : parsePositiveInteger('--share', values.share) / 100,
    rounds: parsePositiveInteger('--rounds', values.rounds),
    sessions: parsePositiveInteger('--sessions', values.sessions),
    inFlight: parsePositiveInteger('--in-flight', values['in-flight']),
    connections: parsePositiveInteger('--connections', values.connections),
    warmUpTurns: parsePositiveInteger('--warm-up', values['warm-up']),
    json: values.json,
    help: values.help,
  };
}

runBenchCommand({
  parse: parseWorkersArguments,
  usage,
  async run(args) {
    const machine = describeMachine();
    const cost = await measureWorkers(args);
    console.log(args.json ? JSON.stringify({ machine, ...cost }) : `${machine}\n\n${formatWorkersReport(cost)}`);
  },
});
