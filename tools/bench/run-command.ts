/** How a command of the benchmarks is run. */
export interface Command<Arguments extends { readonly help: boolean }> {
  /** Reads the command line; throws an Error that says what is wrong. */
  readonly read: (args: readonly string[]) => Arguments;
  readonly usage: string;
  readonly run: (args: Arguments) => Promise<void>;
}

/** Runs a command on the arguments of this process and ends it: 0, 1 when it failed, 2 when it was asked for what there is not. */
export function runCommand<Arguments extends { readonly help: boolean }>(command: Command<Arguments>): void {
  process.stdout.on('error', () => process.exit(1)); // `npm run bench | head` closes it
  // Children are ended when this process exits, not by a signal.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  let args: Arguments;
  try {
    args = command.read(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${command.usage}`);
    process.exit(2);
  }
  if (args.help) {
    console.log(command.usage);
    return;
  }
  command.run(args).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exit(1);
    },
  );
}
