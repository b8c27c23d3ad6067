import { type Paper, terminalPaper } from '../terminal/paper';

/** Where a command writes: results to standard output, what is only for the person who waits to standard error. */
export interface Output {
  readonly paper: Paper;
  /** One JSON value, indented, in place of everything else. */
  readonly json: boolean;
  /** A line of the result. */
  say(line: string): void;
  /** The result as one JSON value. */
  value(value: unknown): void;
  /** A line beside the result. */
  tell(line: string): void;
}

/** The output of this process. Colours only on a terminal, and not where NO_COLOR is set. */
export function processOutput(json: boolean): Output {
  return {
    paper: terminalPaper(process.stdout, process.env),
    json,
    say: (line) => process.stdout.write(`${line}\n`),
    value: (value) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    tell: (line) => process.stderr.write(`${line}\n`),
  };
}
