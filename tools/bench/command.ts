export interface BenchCommand<Arguments extends { readonly help: boolean }> {
  /** Parses the command line. Throws an Error that names an invalid option. */
  readonly parse: (args: readonly string[]) => Arguments;
  readonly usage: string;
  readonly run: (args: Arguments) => Promise<void>;
}

/** Runs a command with the arguments of this process and exits: 0 success, 1 failure, 2 usage error. */
export function runBenchCommand<Arguments extends { readonly help: boolean }>(command: BenchCommand<Arguments>): void {
  process.stdout.on('error', () => process.exit(1)); // `npm run bench | head` closes the pipe.
  // Child processes end when this process exits, but not when a signal ends it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  let args: Arguments;
  try {
    args = command.parse(process.argv.slice(2));
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

/** Parses an integer from 1 to 999,999,999. Throws an Error that names the option. */
export function parsePositiveInteger(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${option} must be a positive integer, but it is "${text}".`);
  return Number(text);
}

/** Redraws the progress line on a terminal. An empty text clears the line. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
