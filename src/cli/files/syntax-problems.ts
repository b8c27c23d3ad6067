import type { Document, YAMLError } from 'yaml';
import type { FileProblem, SourcePosition, SourceText } from './problems';

// Converts syntax errors of YAML to messages that name the mistake. The library reports what it expected at a position. It
// therefore reports a wrong indentation as many different errors, often at the line above.

/**
 * Returns the syntax errors of a document. For a line with a wrong indentation, returns only one problem, because the library
 * reports the line several times.
 */
export function listSyntaxProblems(source: SourceText, text: string, yaml: Document.Parsed): readonly FileProblem[] {
  const lines = text.split('\n');
  const problems: FileProblem[] = [];
  const reportedLines = new Set<number>();
  for (const error of [...yaml.errors, ...yaml.warnings]) {
    const position = source.positionAt(error.pos[0]);
    const indentation = findIndentationProblem(error, position, lines);
    const line = indentation?.line ?? position.line;
    if (reportedLines.has(line) || reportedLines.has(position.line)) continue;
    if (indentation !== undefined) {
      reportedLines.add(line).add(position.line);
      problems.push(source.createProblemIn({ line, column: indentation.column }, 'INDENTATION', indentation.message));
    } else if (error.message === 'Map keys must be unique') {
      problems.push(source.createProblemIn(position, 'DUPLICATE_KEY', 'duplicate key'));
    } else problems.push(source.createProblemIn(position, 'SYNTAX', describeSyntaxError(error)));
  }
  return problems;
}

interface IndentationProblem extends SourcePosition {
  readonly message: string;
}

/** Explains an error that a wrong indentation caused; undefined for any other error. */
function findIndentationProblem(
  { code, message }: YAMLError,
  position: SourcePosition,
  lines: readonly string[],
): IndentationProblem | undefined {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { ...position, message: 'the line is indented with a tab; use spaces' };
    case 'BAD_INDENT':
      if (message.startsWith('Flow')) return undefined;
      return describeLine(position.line, lines, misalignmentProblem);
    case 'MISSING_CHAR':
      if (!message.startsWith('Sequence item')) return undefined;
      return describeLine(position.line, lines, misalignmentProblem);
    case 'UNEXPECTED_TOKEN': {
      const isLessIndented = position.column === 1 && message.endsWith('at node end');
      return isLessIndented ? describeLine(position.line, lines, misalignmentProblem) : undefined;
    }
    case 'BLOCK_AS_IMPLICIT_KEY': {
      if (message.startsWith('A block sequence')) {
        return describeLine(position.line, lines, misalignmentProblem);
      }
      const line = findDeeperLineBelow(position.line, lines);
      if (line === undefined) return undefined;
      const column = getKeyColumn(lines[position.line - 1] ?? '');
      const problem = `is below a key that already has a value; start it at column ${column} to make it the next key`;
      return describeLine(line, lines, problem);
    }
    default:
      return undefined;
  }
}

const misalignmentProblem = 'does not line up with the entries above; align it with the entry that it follows';

/** Describes the indentation of the first line with content, starting at the line `first`. */
function describeLine(first: number, lines: readonly string[], problem: string): IndentationProblem {
  const line = first + Math.max(0, lines.slice(first - 1).findIndex(hasContent));
  const column = getIndent(lines[line - 1] ?? '') + 1;
  return { line, column, message: `wrong indentation: the line starts at column ${column} and ${problem}` };
}

/** Returns the number of the next line with content if that line is indented deeper than `line`; otherwise undefined. */
function findDeeperLineBelow(line: number, lines: readonly string[]): number | undefined {
  const offset = lines.slice(line).findIndex(hasContent);
  if (offset < 0) return undefined;
  return getIndent(lines[line + offset] ?? '') > getIndent(lines[line - 1] ?? '') ? line + offset + 1 : undefined;
}

function hasContent(text: string): boolean {
  return !/^\s*(#|$)/.test(text);
}

/** Returns the column of the first key of a line, after the dashes of list items. */
function getKeyColumn(text: string): number {
  return (/^ *(- +)*/.exec(text)?.[0].length ?? 0) + 1;
}

function getIndent(text: string): number {
  return /^ */.exec(text)?.[0].length ?? 0;
}

function describeSyntaxError({ code, message }: YAMLError): string {
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return 'a value cannot contain `: `; add quotes';
  if (code === 'MULTILINE_IMPLICIT_KEY') return 'the line has no `: ` after its key';
  return message;
}
