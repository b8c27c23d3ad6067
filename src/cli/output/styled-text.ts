/** How text may look. */
export type Style = 'plain' | 'strong' | 'faint' | 'green' | 'yellow' | 'red' | 'blue' | 'magenta';

const codes: Readonly<Record<Style, string>> = {
  plain: '',
  strong: '1',
  faint: '2',
  green: '32',
  yellow: '33',
  red: '31',
  blue: '34',
  magenta: '35',
};

/** What a program writes on: a width, and colours or none. */
export interface TerminalOptions {
  /** Columns of a line at most. */
  readonly width: number;
  /** Whether colours can be seen. */
  readonly hasColor: boolean;
}

/** The paper of this process' output: 80 to 100 columns, colours on a terminal that wants them. */
export function getTerminalOptions(output: NodeJS.WriteStream, env: NodeJS.ProcessEnv): TerminalOptions {
  const wanted = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return { width: Math.max(80, Math.min(100, output.columns ?? 100)), hasColor: output.isTTY === true && wanted };
}

/** A piece of text in an ink. */
export function styled({ hasColor: colours }: TerminalOptions, ink: Style, text: string): string {
  return colours && ink !== 'plain' && text !== '' ? `\u001b[${codes[ink]}m${text}\u001b[0m` : text;
}

/** A cell of a fixed width in front of a line: filled up with spaces, never cut. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  readonly style?: Style;
}

/**
 * Lines with cells in front of a text that is wrapped at words; lines after the first begin below the text. Words that are
 * wider than the paper stay whole.
 */
export function formatRow(
  paper: TerminalOptions,
  cells: readonly Cell[],
  text: string,
  ink: Style = 'plain',
): readonly string[] {
  const front = cells.map((cell) => styled(paper, cell.style ?? 'plain', cell.text.padEnd(cell.width))).join('');
  const indent = cells.reduce((sum, { text: cellText, width }) => sum + Math.max(width, cellText.length), 0);
  const lines = wrapped(text, paper.width - indent);
  return lines.map((line, index) => `${index === 0 ? front : ' '.repeat(indent)}${styled(paper, ink, line)}`.trimEnd());
}

/** A title with a line across the rest of the paper. */
export function formatHeading(paper: TerminalOptions, title: string): readonly string[] {
  const lines = formatRow({ ...paper, hasColor: false }, [{ text: '──', width: 3 }], title);
  return lines.map((line, index) => {
    const rest = index === lines.length - 1 ? '─'.repeat(Math.max(0, paper.width - line.length - 1)) : '';
    const front = styled(paper, 'faint', line.slice(0, 3));
    return `${front}${styled(paper, 'strong', line.slice(3))} ${styled(paper, 'faint', rest)}`.trimEnd();
  });
}

function wrapped(text: string, width: number): readonly string[] {
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
