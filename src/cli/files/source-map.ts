import type { SourcePosition } from './file-problem';

/** A value with what is needed to find places inside of it. */
export interface ValuePosition extends SourcePosition {
  /** Text that begins on the line below (`|` and `>`): its lines are those of the file, indented by this many columns. */
  readonly blockIndent?: number;
  /** Text on the line itself: columns before its first character (1 for a quote). */
  readonly leadingColumns?: number;
}

/** Where the values of a message are in its file. */
export class SourceMap {
  readonly file: string;
  readonly #values: ReadonlyMap<string, ValuePosition>;

  /** `values` maps paths in the contract's field names to places; the root is "". */
  constructor(file: string, values: ReadonlyMap<string, ValuePosition>) {
    this.file = file;
    this.#values = values;
  }

  /** All paths that the file gives, in the order of the file. */
  get paths(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** Whether the file gives a value for the path. */
  has(path: string): boolean {
    return this.#values.has(path);
  }

  /** Where the value of a path is; for a value that is not given where the nearest thing around it is. */
  positionAt(path: string): SourcePosition {
    const { line, column } = this.#nearest(path);
    return { line, column };
  }

  /** Where a place inside of a text is, `line` and `column` counted within the text from 1; 0 for the text itself. */
  positionWithin(path: string, line: number, column: number): SourcePosition {
    const value = this.#nearest(path);
    if (line < 1 || !this.#values.has(path)) return this.positionAt(path);
    if (value.blockIndent !== undefined) {
      return { line: value.line + line, column: value.blockIndent + Math.max(1, column) };
    }
    if (value.leadingColumns === undefined || line > 1) return { line: value.line + line - 1, column: 1 };
    return { line: value.line, column: value.column + value.leadingColumns + Math.max(1, column) - 1 };
  }

  #nearest(path: string): ValuePosition {
    for (let at = path; at !== ''; at = getParentPath(at)) {
      const value = this.#values.get(at);
      if (value !== undefined) return value;
    }
    return this.#values.get('') ?? { line: 1, column: 1 };
  }
}

/** The path around a path: `steps[2]` of `steps[2].name`, `steps` of `steps[2]`, "" of `steps`. */
export function getParentPath(path: string): string {
  const inner = path.endsWith(']') ? path.lastIndexOf('[') : path.lastIndexOf('.');
  return path.slice(0, Math.max(0, inner));
}
