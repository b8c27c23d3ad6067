import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface DemoArguments {
  /** `HOST:PORT` of a running service; undefined: the demo starts its own. */
  readonly target: string | undefined;
  /** Only print how to use it. */
  readonly help: boolean;
}

/** How to use the demo. */
export const usage = `npm run demo [-- --target HOST:PORT]

Plays a conversation with several scenarios against a service that it starts itself, on the embedded store in a temporary
folder.

  --target HOST:PORT   play against a service that runs already; nothing is started or removed there`;

/** Reads the command line. Throws an Error that says what is wrong. */
export function demoArguments(args: readonly string[]): DemoArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.target !== undefined && !/^[^\s/]+:\d{1,5}$/.test(values.target)) {
    throw new Error(`--target must be HOST:PORT, but it is “${values.target}”.`);
  }
  return { target: values.target, help: values.help === true };
}
