import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** The sample that a clone has: the same place relative to the sources and to what is built of them. */
const SAMPLE = join(__dirname, '..', '..', 'examples', 'replay');

/** How the command is used, for people. */
export const USAGE = `Usage: npm run replay -- [--data DIR] [--target HOST:PORT] [--json] [--files NAME,NAME] [--explain]

Plays recorded conversations (scenario-replay/1) through the service over gRPC and prints how far its plans agree with them.

  --data DIR          folder with *.jsonl files; default the sample in examples/replay
  --target HOST:PORT  a running service; default one of its own on a free port, which keeps nothing
  --json              print one JSON object a file, one a line, and nothing else on standard output
  --files NAME,NAME   only these files of the folder
  --explain           print on standard error every turn on which plan and recording differ
  --help              print this`;

/** What the command was asked for. */
export interface ReplayArguments {
  readonly data: string;
  readonly target: string | undefined;
  readonly json: boolean;
  readonly files: readonly string[];
  readonly explain: boolean;
  readonly help: boolean;
}

/** Reads the command line; throws an error that names what is wrong with it. */
export function replayArguments(args: readonly string[]): ReplayArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string', default: SAMPLE },
      target: { type: 'string' },
      json: { type: 'boolean', default: false },
      files: { type: 'string', default: '' },
      explain: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.target !== undefined && !/^\S+:\d{1,5}$/.test(values.target)) {
    throw new Error(`--target must be HOST:PORT, but it is "${values.target}".`);
  }
  return {
    data: values.data,
    target: values.target,
    json: values.json,
    files: values.files.split(',').filter((name) => name !== ''),
    explain: values.explain,
    help: values.help,
  };
}
