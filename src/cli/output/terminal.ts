// The output of commands. Results are styled if standard output is a terminal.

/** The output of a command. Results go to standard output; status and errors go to standard error. */
export interface Output {
  readonly terminal: TerminalOptions;
  /** Whether the result is one JSON value instead of text. */
  readonly json: boolean;
  /** Writes a line of the result. */
  writeLine(line: string): void;
  /** Writes the result as one indented JSON value. */
  writeJson(value: unknown): void;
  /** Writes a line to standard error. */
  writeStatus(line: string): void;
}

/** Creates the output for this process. */
export function createProcessOutput(json: boolean): Output {
  return {
    terminal: getTerminalOptions(process.stdout, process.env),
    json,
    writeLine: (line) => process.stdout.write(`${line}\n`),
    writeJson: (value) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    writeStatus: (line) => process.stderr.write(`${line}\n`),
  };
}

/** The width of a line, and whether text is styled. */
export interface TerminalOptions {
  /** Maximum number of columns. */
  readonly width: number;
  readonly hasColor: boolean;
}

/** Returns a width of 80 to 100 columns. Enables color only on a terminal, and not with NO_COLOR or TERM=dumb. */
export function getTerminalOptions(output: NodeJS.WriteStream, env: NodeJS.ProcessEnv): TerminalOptions {
  const isColorAllowed = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    width: Math.max(80, Math.min(100, output.columns ?? 100)),
    hasColor: output.isTTY === true && isColorAllowed,
  };
}

export type Style = 'plain' | 'strong' | 'faint' | 'green' | 'yellow' | 'red' | 'blue' | 'magenta';

/** SGR parameters of ANSI escape sequences. */
const styleCodes: Readonly<Record<Style, string>> = {
  plain: '',
  strong: '1',
  faint: '2',
  green: '32',
  yellow: '33',
  red: '31',
  blue: '34',
  magenta: '35',
};

/** Adds the escape sequences of a style to a text. Returns the text unchanged if color is off. */
export function styled({ hasColor }: TerminalOptions, style: Style, text: string): string {
  return hasColor && style !== 'plain' && text !== '' ? `\u001b[${styleCodes[style]}m${text}\u001b[0m` : text;
}

/** A cell before a text, padded to a minimum width and never truncated. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  readonly style?: Style;
}

/**
 * Formats cells followed by a text that is wrapped at words. Continuation lines are indented to the text. A word that is wider
 * than the terminal is not broken.
 */
export function formatRow(
  terminal: TerminalOptions,
  cells: readonly Cell[],
  text: string,
  style: Style = 'plain',
): readonly string[] {
  const prefix = cells.map((cell) => styled(terminal, cell.style ?? 'plain', cell.text.padEnd(cell.width))).join('');
  const indent = cells.reduce((sum, cell) => sum + Math.max(cell.width, cell.text.length), 0);
  return wrapWords(text, terminal.width - indent).map((line, index) =>
    `${index === 0 ? prefix : ' '.repeat(indent)}${styled(terminal, style, line)}`.trimEnd(),
  );
}

/** Formats a title with a rule to the end of the line. */
export function formatHeading(terminal: TerminalOptions, title: string): readonly string[] {
  const lines = formatRow({ ...terminal, hasColor: false }, [{ text: '──', width: 3 }], title);
  return lines.map((line, index) => {
    const ruleWidth = index === lines.length - 1 ? Math.max(0, terminal.width - line.length - 1) : 0;
    const prefix = styled(terminal, 'faint', line.slice(0, 3));
    const rule = styled(terminal, 'faint', '─'.repeat(ruleWidth));
    return `${prefix}${styled(terminal, 'strong', line.slice(3))} ${rule}`.trimEnd();
  });
}

function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
