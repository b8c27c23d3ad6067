import { types } from 'node:util';
import { FindingSeverity, type ScenarioFinding } from '../../../gen/focal/orchestration/v1/scenario';

// Problems in files, with their line and column. A SourceMap finds the position of a field, so that problems that the service
// reports by field path are shown at their line.

/** A position in a file. Lines and columns are numbered from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** Codes of problems of a file itself, described in docs/findings.md. Findings in a scenario have other codes. */
export type FileProblemCode =
  | 'UNREADABLE'
  | 'SYNTAX'
  | 'INDENTATION'
  | 'DUPLICATE_KEY'
  | 'KEY_NOT_TEXT'
  | 'UNKNOWN_ANCHOR'
  | 'EMPTY_FILE'
  | 'UNKNOWN_KEY'
  | 'NO_VALUE'
  | 'WRONG_TYPE'
  | 'UNKNOWN_ENUM_VALUE'
  | 'MISSING'
  | 'CONTRACT_RULE'
  | 'DUPLICATE_SCENARIO'
  | 'SECOND_FIELDS'
  | 'UNKNOWN_SCENARIO'
  | 'UNKNOWN_STEP';

/** One problem in a file, with its position. */
export interface FileProblem extends SourcePosition {
  /** A file with an ERROR cannot be used. A WARNING is probably a mistake. An INFO may be intended. */
  readonly severity: 'ERROR' | 'WARNING' | 'INFO';
  /** Stable: a FileProblemCode, or the code of a finding in the scenario. */
  readonly code: string;
  /** The path that the file was opened with. */
  readonly file: string;
  /** Field path in the names of the contract, for example `steps[2].transitions[0].condition`; "" for the root. */
  readonly path: string;
  /** The problem and its fix, without a full stop. */
  readonly message: string;
}

/** Thrown for files that cannot be used. The message has one line for each problem. */
export class FileProblemsError extends Error {
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'FileProblemsError';
    this.problems = problems;
  }
}

/** Formats a problem on one line as compilers do, so that editors and terminals show the location as a link. */
export function formatProblem({ file, line, column, severity, code, path, message }: FileProblem): string {
  return `${file}:${line}:${column}: ${severity.toLowerCase()} ${code}: ${path === '' ? '' : `${path}: `}${message}`;
}

/** Sorts the problems of one file by position. */
export function sortByPosition(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Creates the problem of a file without content. `expected` names the expected content. */
export function createEmptyFileProblem(file: string, expected: string): FileProblem {
  return createWholeFileProblem(file, 'EMPTY_FILE', `contains no ${expected}`);
}

/** Creates the problem of a file that cannot be read. */
export function createUnreadableFileProblem(file: string, error: NodeJS.ErrnoException): FileProblem {
  const message = error.code === 'ENOENT' ? 'no such file or directory' : `cannot be read (${error.message})`;
  return createWholeFileProblem(file, 'UNREADABLE', message);
}

function createWholeFileProblem(file: string, code: FileProblemCode, message: string): FileProblem {
  return { file, line: 1, column: 1, path: '', severity: 'ERROR', code, message };
}

export function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && 'syscall' in error;
}

/** Creates positions and problems from offsets in the text of a file. */
export interface SourceText {
  readonly file: string;
  positionAt(offset: number): SourcePosition;
  createProblemAt(offset: number, path: string, code: FileProblemCode, message: string): FileProblem;
  /** Creates a problem that does not concern a field. */
  createProblemIn(position: SourcePosition, code: FileProblemCode, message: string): FileProblem;
}

/** The position of a value and, for text, its layout. */
export interface ValuePosition extends SourcePosition {
  /** Only for block text (`|` and `>`), which begins on the next line. The indentation of its lines, in columns. */
  readonly blockIndent?: number;
  /** Only for text on the same line. The number of columns before its first character: 1 for quoted text, else 0. */
  readonly leadingColumns?: number;
}

/** The positions of a message's fields in its file. */
export class SourceMap {
  readonly file: string;
  readonly #positions: ReadonlyMap<string, ValuePosition>;

  /** `positions` maps field paths in the names of the contract to positions; the root is "". */
  constructor(file: string, positions: ReadonlyMap<string, ValuePosition>) {
    this.file = file;
    this.#positions = positions;
  }

  /** Whether the file has a value for the path. */
  has(path: string): boolean {
    return this.#positions.has(path);
  }

  /** Returns the position of a field or, if the file does not have the field, of its nearest parent. */
  positionAt(path: string): SourcePosition {
    const { line, column } = this.#findNearest(path);
    return { line, column };
  }

  /** Returns the position of a character in a text value. `line` and `column` start at 1 in the text; line 0 means the value. */
  positionWithin(path: string, line: number, column: number): SourcePosition {
    const value = this.#findNearest(path);
    if (line < 1 || !this.has(path)) return this.positionAt(path);
    if (value.blockIndent !== undefined) {
      return { line: value.line + line, column: value.blockIndent + Math.max(1, column) };
    }
    if (value.leadingColumns === undefined || line > 1) return { line: value.line + line - 1, column: 1 };
    return { line: value.line, column: value.column + value.leadingColumns + Math.max(1, column) - 1 };
  }

  #findNearest(path: string): ValuePosition {
    for (let current = path; current !== ''; current = getParentPath(current)) {
      const value = this.#positions.get(current);
      if (value !== undefined) return value;
    }
    return this.#positions.get('') ?? { line: 1, column: 1 };
  }
}

/** Returns `steps[2]` for `steps[2].name`, `steps` for `steps[2]`, and "" for `steps`. */
export function getParentPath(path: string): string {
  const end = path.endsWith(']') ? path.lastIndexOf('[') : path.lastIndexOf('.');
  return path.slice(0, Math.max(0, end));
}

/** Converts a finding of the service to a problem in the file that the scenario was read from. */
export function findingToFileProblem(source: SourceMap, finding: ScenarioFinding): FileProblem {
  const { fieldPath: path, line, column, severity, code, message } = finding;
  return {
    file: source.file,
    ...source.positionWithin(path, line, column),
    path,
    severity: severity === FindingSeverity.FINDING_SEVERITY_WARNING ? 'WARNING' : 'ERROR',
    code,
    message,
  };
}

/**
 * Converts a field violation of refused definitions to a problem in their file. `field` may begin with the name of the
 * request's field, `scenario.` or `definitions.`.
 * Severity, code and a position in a condition are parsed from the description if the service includes them.
 */
export function violationToFileProblem(source: SourceMap, field: string, description: string): FileProblem {
  const path = field.replace(/^(?:scenario|definitions)(\.|$)/, '');
  const position = /\(line (\d+), column (\d+) of the (?:condition|rule)\)/.exec(description);
  const finding = /^(ERROR|WARNING) ([A-Z_]+): (.*)$/s.exec(description) ?? [];
  const [, severity, code = 'CONTRACT_RULE', message = description] = finding;
  return {
    file: source.file,
    ...source.positionWithin(path, Number(position?.[1] ?? 0), Number(position?.[2] ?? 0)),
    path,
    severity: severity === 'WARNING' ? 'WARNING' : 'ERROR',
    code,
    message,
  };
}
