import { parseArgs } from 'node:util';
import { parsePositiveInteger, runBenchCommand } from '../command';
import { describeMachine, formatTable } from '../figures';
import { measureSessionMemory } from './session-memory';

interface MemoryArguments {
  readonly turns: readonly number[];
  readonly json: boolean;
  readonly help: boolean;
}

const usage = `npm run bench:memory [-- [--turns N,N] [--json]]

Measures how much memory of Redis one session takes with the default settings (MEMORY USAGE of all its keys): after its last turn, and when
it has been idle for five minutes, so this takes about six minutes. The sessions repeat the turns of "npm run bench". See
docs/performance.md.

  --turns N,N  numbers of turns; default 9,100,500,1000
  --json       print one JSON object`;

function parseMemoryArguments(args: readonly string[]): MemoryArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      turns: { type: 'string', default: '9,100,500,1000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const turns = values.turns.split(',').map((text) => parsePositiveInteger('--turns', text.trim()));
  return { turns, json: values.json, help: values.help };
}

runBenchCommand({
  parse: parseMemoryArguments,
  usage,
  async run({ turns, json }) {
    const memory = await measureSessionMemory(turns);
    if (json) console.log(JSON.stringify({ machine: describeMachine(), memory }));
    else {
      const rows = memory.map(({ turns: count, active, idle, state }) => [count, active, idle, state]);
      console.log(formatTable([['turns', 'bytes in use', 'bytes idle', 'bytes of state'], ...rows]));
    }
  },
});
