/** A place in a file. Both count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong in a file, with where it is. */
export interface FileProblem extends SourcePosition {
  /** As it was opened. */
  readonly file: string;
  /** Path in the contract's field names from the document's root, for example `steps[2].transitions[0].condition`; "" for the root. */
  readonly path: string;
  /** What is wrong and what to do, without a full stop. */
  readonly message: string;
}

/** A problem on one line, as compilers write it: editors and terminals make a link of it. */
export function problemLine({ file, line, column, path, message }: FileProblem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
}

/** Problems of one file by their place. */
export function inFileOrder(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Files that cannot be used, with everything that is wrong in them. The message holds one line for each problem. */
export class FileProblemsError extends Error {
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    super(problems.map(problemLine).join('\n'));
    this.name = 'FileProblemsError';
    this.problems = problems;
  }
}
