import { parseArgs } from 'node:util';
import { wholeNumber } from '../whole-number';
import type { DomainEffort } from './domain-cost';

/** What the command line asks for. */
export interface DomainArguments extends DomainEffort {
  readonly json: boolean;
  readonly help: boolean;
}

/** How to use it. */
export const usage = `npm run bench:domain [-- [--rounds N] [--batch-ms N] [--json]]

What the rules cost a turn, P6.1 to apply, in this process: by active scenarios, steps a scenario, known fields, candidates and rules,
each varied alone. The cases take turns, round by round. See docs/performance.md.

  --rounds N    rounds of each case; default 15
  --batch-ms N  CPU time of a case in a round, milliseconds; default 30
  --json        one JSON object`;

/** Reads the command line. Throws an Error that says what is wrong. */
export function domainArguments(args: readonly string[]): DomainArguments {
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
    rounds: wholeNumber('--rounds', values.rounds),
    batchMs: wholeNumber('--batch-ms', values['batch-ms']),
    json: values.json,
    help: values.help,
  };
}
