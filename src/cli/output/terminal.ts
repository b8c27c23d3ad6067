import { randomBytes } from 'node:crypto';
import { toVisibleJson, toVisibleLines, toVisibleText } from '../../core/model/visible-text';

// The output of commands, and the only place that writes to standard output and standard error. Text is escaped here, so that a command
// cannot forget it. Results are styled if standard output is a terminal.

/** The output of a command. Results go to standard output; status and errors go to standard error. */
export interface Output {
  readonly terminal: TerminalOptions;
  /** Whether the result is one JSON value instead of text. */
  readonly json: boolean;
  /** Writes a line of the result. Invisible characters, also line breaks, are shown as escapes. Styles are kept. */
  writeLine(line: string): void;
  /**
   * Writes a file of several lines, for example SVG. Keeps line breaks and tabs. The format of the file must have escaped the invisible
   * characters of its texts; those that are left are shown as escapes.
   */
  writeFile(text: string): void;
  /** Writes the result as one indented JSON value. Invisible characters are escaped as JSON does. */
  writeJson(value: unknown): void;
  /** Writes a part of the result as one JSON value on one line. */
  writeJsonLine(value: unknown): void;
  /** Writes a line to standard error, as `writeLine` does. */
  writeStatus(line: string): void;
}

/** Creates the output for this process. */
export function createProcessOutput(json: boolean): Output {
  return {
    terminal: getTerminalOptions(process.stdout, process.env),
    json,
    writeLine: (line) => process.stdout.write(`${toTerminalText(line)}\n`),
    writeFile: (text) => process.stdout.write(`${toVisibleLines(text).trimEnd()}\n`),
    writeJson: (value) => process.stdout.write(`${toVisibleJson(JSON.stringify(value, null, 2))}\n`),
    writeJsonLine: (value) => process.stdout.write(`${toVisibleJson(JSON.stringify(value))}\n`),
    writeStatus,
  };
}

/** Writes a line to standard error. Invisible characters are shown as escapes. */
export function writeStatus(line: string): void {
  process.stderr.write(`${toTerminalText(line)}\n`);
}

/** How Commander writes help, whose line breaks are kept, and usage errors, which quote arguments. */
export const helpOutput = {
  writeOut: (text: string): void => void process.stdout.write(toVisibleLines(text)),
  writeErr: (text: string): void => void process.stderr.write(toVisibleLines(text)),
  outputError(text: string): void {
    const suggestionStart = text.lastIndexOf('\n(Did you mean ');
    const [message, suggestion] =
      suggestionStart < 0 ? [text, ''] : [text.slice(0, suggestionStart), text.slice(suggestionStart + 1)];
    for (const line of [message.trimEnd(), suggestion.trimEnd()]) if (line !== '') writeStatus(line);
  },
};

/** Ends the process when the reader of the output has closed it, as `head` does. */
export function exitOnClosedOutput(): void {
  process.stdout.on('error', () => process.exit(1));
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

/**
 * Begins a style in a line: the mark, a code and ";". The mark is random, so that no text of a scenario or a customer can contain a style.
 */
const styleMark = `\u{fdd0}${randomBytes(9).toString('base64url')}`;

/** Adds a style to a text. `toTerminalText` converts it to escape sequences. Returns the text unchanged if color is off. */
export function styled({ hasColor }: TerminalOptions, style: Style, text: string): string {
  if (!hasColor || style === 'plain' || text === '') return text;
  return `${styleMark}${styleCodes[style]};${text}${styleMark}0;`;
}

/** Converts a line to what the terminal receives: styles as ANSI escape sequences, invisible characters of texts as visible escapes. */
export function toTerminalText(line: string): string {
  const [text = '', ...styledTexts] = line.split(styleMark);
  const parts = styledTexts.map((part) => {
    const codeEnd = part.indexOf(';');
    return `\u001b[${part.slice(0, codeEnd)}m${toVisibleText(part.slice(codeEnd + 1))}`;
  });
  return toVisibleText(text) + parts.join('');
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
