import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parsePositiveInteger, runBenchCommand } from '../command';
import { describeMachine } from '../figures';
import { measureTurnCost, type TelemetryMode, type TurnCostOptions, telemetryModes } from './turn-cost';
import { formatTurnReport, getMedians } from './turn-report';

interface TurnArguments extends TurnCostOptions {
  readonly json: boolean;
  readonly help: boolean;
}

const usage = `npm run bench [-- [--rounds N] [--sessions N] [--in-flight N] [--telemetry off,sampled,on] [--profile FOLDER] [--json]]

Measures the cost of a turn on loopback, compared with two servers: "echo", a grpc-js server that moves as many bytes and runs one Redis
script, and "stubs", which also decodes, encodes and traces, but decides nothing. If the peers are installed (npm ci in tools/bench/peers), also
with "peer", a service with the same contract and Redis that is written by hand with XState, without telemetry. The servers alternate in each
round. See docs/performance.md.

  --rounds N        rounds of each server; default 9
  --sessions N      new sessions per round, nine turns each; default 500
  --in-flight N     concurrent calls; default 16
  --telemetry LIST  off: no telemetry; sampled: metrics and 1 % of the traces; on: metrics and all traces; default all three
  --profile FOLDER  write a .cpuprofile of each service; profiling distorts the figures
  --json            print one JSON object`;

function parseTurnArguments(args: readonly string[]): TurnArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '9' },
      sessions: { type: 'string', default: '500' },
      'in-flight': { type: 'string', default: '16' },
      telemetry: { type: 'string', default: telemetryModes.join(',') },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    rounds: parsePositiveInteger('--rounds', values.rounds),
    sessions: parsePositiveInteger('--sessions', values.sessions),
    inFlight: parsePositiveInteger('--in-flight', values['in-flight']),
    telemetry: values.telemetry.split(',').map(parseTelemetryMode),
    profile: values.profile,
    json: values.json,
    help: values.help,
  };
}

function parseTelemetryMode(name: string): TelemetryMode {
  const mode = telemetryModes.find((known) => known === name.trim());
  if (mode === undefined) {
    throw new Error(`--telemetry must be a list of ${telemetryModes.join(', ')}, but it has "${name}".`);
  }
  return mode;
}

runBenchCommand({
  parse: parseTurnArguments,
  usage,
  async run(args) {
    if (args.profile !== undefined) mkdirSync(args.profile, { recursive: true });
    const cost = await measureTurnCost(args);
    console.log(
      args.json
        ? JSON.stringify({ machine: describeMachine(), ...cost, medians: getMedians(cost) })
        : formatTurnReport(cost),
    );
  },
});
