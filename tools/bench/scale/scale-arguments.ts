import { parseArgs } from 'node:util';
import { wholeNumber } from '../whole-number';
import type { Extent } from './experiment';

/** What the command line asks for. */
export interface ScaleArguments extends Extent {
  /** Names of experiments, or their beginnings; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly rounds: number;
  /** New sessions a round. */
  readonly sessions: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** How to use it. */
export const usage = `npm run bench:scale [-- [--only NAME,NAME] [--full | --short] [--rounds N] [--sessions N] [--json]]

What a turn costs the service as something grows: sessions in Redis, scenarios in the catalogue, connections, nodes, idle watch
streams. The sizes of one experiment take turns, round by round, each on a Redis of its own. See docs/performance.md.

  --only NAME,NAME  these experiments only: sessions, scenarios, connections, nodes, idle
  --full            a million sessions too; they take about 50 GB of memory
  --short           sizes of a few, to see that it works
  --rounds N        rounds of each size; default 5
  --sessions N      new sessions a round, nine turns each; default 300
  --json            one JSON object an experiment`;

/** Reads the command line. Throws an Error that says what is wrong. */
export function scaleArguments(args: readonly string[]): ScaleArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      full: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      sessions: { type: 'string', default: '300' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    only: values.only?.split(',').map((name) => name.trim()),
    full: values.full,
    short: values.short,
    rounds: wholeNumber('--rounds', values.rounds),
    sessions: wholeNumber('--sessions', values.sessions),
    json: values.json,
    help: values.help,
  };
}
