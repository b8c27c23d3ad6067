import { parseArgs } from 'node:util';
import { wholeNumber } from '../whole-number';

/** How the service is observed while it is measured; see docs/telemetry.md. */
export const telemetryModes = ['off', 'sampled', 'on'] as const;
export type TelemetryMode = (typeof telemetryModes)[number];

/** What the command line asks for. */
export interface TurnArguments {
  readonly rounds: number;
  /** New sessions a round. */
  readonly sessions: number;
  readonly inFlight: number;
  readonly telemetry: readonly TelemetryMode[];
  /** Folder for a CPU profile of each service. */
  readonly profile: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

/** How to use it. */
export const usage = `npm run bench [-- [--rounds N] [--sessions N] [--in-flight N] [--telemetry off,sampled,on] [--profile FOLDER] [--json]]

What a turn costs the service, against a bare grpc-js server that moves as many bytes and runs one Redis script, and against one that
besides decodes, encodes and traces as the contract wants it, and decides nothing ("stubs"); on loopback, with a redis-server of its
own. The servers take turns, round by round. See docs/performance.md.

  --rounds N        rounds of each server; default 9
  --sessions N      new sessions a round, nine turns each; default 500
  --in-flight N     calls under way at once; default 16
  --telemetry LIST  off: nobody observes; sampled: 1 % of the traces, and metrics; on: all traces, and metrics. Default all three
  --profile FOLDER  a .cpuprofile of each service, from its start to its end; it costs, so the figures are of no use then
  --json            one JSON object`;

/** Reads the command line. Throws an Error that says what is wrong. */
export function turnArguments(args: readonly string[]): TurnArguments {
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
    rounds: wholeNumber('--rounds', values.rounds),
    sessions: wholeNumber('--sessions', values.sessions),
    inFlight: wholeNumber('--in-flight', values['in-flight']),
    telemetry: values.telemetry.split(',').map(modeNamed),
    profile: values.profile,
    json: values.json,
    help: values.help,
  };
}

function modeNamed(name: string): TelemetryMode {
  const mode = telemetryModes.find((known) => known === name.trim());
  if (mode === undefined) throw new Error(`--telemetry knows ${telemetryModes.join(', ')}, but there is “${name}”.`);
  return mode;
}
