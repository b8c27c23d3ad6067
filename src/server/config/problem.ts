/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Section and key, for example `server.port`; "" where a whole file is meant. */
  readonly key: string;
  /** The file or the environment variable that it comes from. */
  readonly origin: string;
  /** What is allowed, and what was found where that is no secret. */
  readonly message: string;
}

/** Everything that is wrong with the configuration, one line each: the process does not start. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super([`The configuration has ${count}:`, ...problems.map(line)].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

function line({ key, origin, message }: ConfigProblem): string {
  return key === '' ? `  ${origin}: ${message}` : `  ${key} ${message} (${origin})`;
}
