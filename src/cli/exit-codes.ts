/** Exit codes for scripts (docs/command-line.md). */
export const exitCodes = {
  ok: 0,
  /** Files have errors, or a conversation has differences. */
  findings: 1,
  /** The command line is invalid. */
  usage: 2,
  /** The service is unavailable or refused the call. */
  service: 3,
  /** The sink of an export refused events or cannot be used. */
  sink: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An error that ends a command with an exit code. Its lines are shown without a stack trace. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];

  constructor(exitCode: ExitCode, ...lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.lines = lines;
  }
}
