import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface ChaosArguments {
  /** Numbers of the experiments to run; undefined: all. */
  readonly only: readonly number[] | undefined;
  /** The form of a few seconds that the tests run. */
  readonly short: boolean;
  readonly seed: number;
  /** One JSON object an experiment instead of text. */
  readonly json: boolean;
  /** Only print how to use it. */
  readonly help: boolean;
}

/** How to use it. */
export const usage = `npm run chaos [-- [--only 1,5] [--short] [--seed N] [--json]]

Starts nodes of the service and Redis on loopback, breaks them in eleven ways while turns are sent, and reads back every session:
see docs/consistency.md. Ends with 1 where anything was found that must not be.

  --only N,N   run these experiments only
  --short      a form of a few seconds, of those that have one
  --seed N     other turns, in another order; default 1
  --json       one JSON object an experiment`;

/** Reads the command line. Throws an Error that says what is wrong. */
export function chaosArguments(args: readonly string[]): ChaosArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      short: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    only: values.only?.split(',').map((number) => wholeNumber('--only', number.trim())),
    short: values.short,
    seed: wholeNumber('--seed', values.seed),
    json: values.json,
    help: values.help,
  };
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${option} takes whole numbers, but there is “${text}”.`);
  return Number(text);
}
