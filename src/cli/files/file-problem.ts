/** A place in a file. Both count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** What can be wrong with a file as such; docs/findings.md explains each. What is found in a scenario has codes of its own. */
export type FileProblemCode =
  | 'UNREADABLE'
  | 'SYNTAX'
  | 'DUPLICATE_KEY'
  | 'KEY_NOT_TEXT'
  | 'UNKNOWN_ANCHOR'
  | 'NOTHING_IN_IT'
  | 'UNKNOWN_KEY'
  | 'NO_VALUE'
  | 'WRONG_TYPE'
  | 'UNKNOWN_ENUM_VALUE'
  | 'MISSING'
  | 'CONTRACT_RULE'
  | 'DUPLICATE_SCENARIO'
  | 'UNKNOWN_SCENARIO'
  | 'UNKNOWN_STEP';

/** One thing that is wrong in a file, with where it is. */
export interface FileProblem extends SourcePosition {
  /** An ERROR keeps the file from being used, a WARNING informs. */
  readonly severity: 'ERROR' | 'WARNING';
  /** Stable: a FileProblemCode, or the code of what the rules or the service found in the definition. */
  readonly code: string;
  /** As it was opened. */
  readonly file: string;
  /** Path in the contract's field names from the document's root, for example `steps[2].transitions[0].condition`; "" for the root. */
  readonly path: string;
  /** What is wrong and what to do, without a full stop. */
  readonly message: string;
}

/** A problem on one line, as compilers write it: editors and terminals make a link of it. */
export function formatProblem({ file, line, column, severity, code, path, message }: FileProblem): string {
  return `${file}:${line}:${column}: ${severity.toLowerCase()} ${code}: ${path === '' ? '' : `${path}: `}${message}`;
}

/** The problem of a file that holds none of what it should hold. */
export function emptyFileProblem(file: string, what: string): FileProblem {
  const place = { file, line: 1, column: 1, path: '' };
  return { ...place, severity: 'ERROR', code: 'NOTHING_IN_IT', message: `holds no ${what}` };
}

/** Problems of one file by their place. */
export function sortByPosition(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Files that cannot be used, with everything that is wrong in them. The message holds one line for each problem. */
export class FileProblemsError extends Error {
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'FileProblemsError';
    this.problems = problems;
  }
}
