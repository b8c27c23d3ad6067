/** How a command ends, for scripts (docs/command-line.md). */
export const exitCodes = {
  /** It did what it was asked for. */
  ok: 0,
  /** Files have errors, or a conversation was not decided as expected. */
  findings: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The service cannot be reached, or it refused the call. */
  service: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A command that cannot go on: what is told, without a stack, and how it ends. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
