import { getTerminalOptions, type TerminalOptions } from './styled-text';

/** Where a command writes: results to standard output, what is only for the person who waits to standard error. */
export interface Output {
  readonly terminal: TerminalOptions;
  /** One JSON value, indented, in place of everything else. */
  readonly json: boolean;
  /** A line of the result. */
  writeLine(line: string): void;
  /** The result as one JSON value. */
  writeJson(value: unknown): void;
  /** A line beside the result. */
  writeStatus(line: string): void;
}

/** The output of this process. Colours only on a terminal, and not where NO_COLOR is set. */
export function createProcessOutput(json: boolean): Output {
  return {
    terminal: getTerminalOptions(process.stdout, process.env),
    json,
    writeLine: (line) => process.stdout.write(`${line}\n`),
    writeJson: (value) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    writeStatus: (line) => process.stderr.write(`${line}\n`),
  };
}
