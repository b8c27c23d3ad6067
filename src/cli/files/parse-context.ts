import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { FileProblem, FileProblemCode } from './file-problem';
import type { SourceDocument } from './source-document';
import { SourceMap, type ValuePosition } from './source-map';

/** Reads one document: collects where its values are and what is wrong with them. */
export class ParseContext {
  readonly document: SourceDocument;
  readonly problems: FileProblem[] = [];
  readonly positions = new Map<string, ValuePosition>();

  constructor(located: SourceDocument) {
    this.document = located;
  }

  /** What an alias stands for; the node itself where it is none. An alias without its anchor is reported and is no node. */
  resolveAlias(node: Node | null | undefined): Node | undefined {
    if (!isAlias(node)) return node ?? undefined;
    const target = node.resolve(this.document.yaml);
    if (target === undefined) this.report('', node, 'UNKNOWN_ANCHOR', `there is no anchor &${node.source} above`);
    return target;
  }

  /** Remembers where the value of a path is. */
  recordPosition(path: string, node: Node | undefined): void {
    const offset = node?.range?.[0] ?? 0;
    this.positions.set(path, { ...this.document.source.positionAt(offset), ...this.#textPlace(node) });
  }

  /** Adds a problem at a node. */
  report(path: string, node: Node | undefined, code: FileProblemCode, message: string): void {
    this.problems.push(this.document.source.problemAt(node?.range?.[0] ?? 0, path, code, message));
  }

  /** Adds a problem at a path, or at the nearest place around it that was read. */
  reportAt(path: string, code: FileProblemCode, message: string): void {
    const { file } = this.document.source;
    this.problems.push({
      file,
      ...new SourceMap(file, this.positions).positionAt(path),
      path,
      severity: 'ERROR',
      code,
      message,
    });
  }

  #textPlace(node: Node | undefined): Partial<ValuePosition> {
    if (!isScalar(node) || typeof node.value !== 'string') return {};
    switch (node.type) {
      case 'BLOCK_LITERAL':
      case 'BLOCK_FOLDED':
        return { blockIndent: this.#indentBelow(node.range?.[0] ?? 0) };
      case 'QUOTE_DOUBLE':
      case 'QUOTE_SINGLE':
        return { leadingColumns: 1 };
      default:
        return { leadingColumns: 0 };
    }
  }

  /** Columns before the first character of the line below an offset. */
  #indentBelow(offset: number): number {
    const { text } = this.document;
    const lineEnd = text.indexOf('\n', offset);
    return lineEnd < 0 ? 0 : (/^ */.exec(text.slice(lineEnd + 1))?.[0].length ?? 0);
  }
}

/** What a node is, in words for a message: `a list`, `a mapping`, `text`, `a number`, `true or false`, `nothing`. */
export function describeNode(node: Node | undefined): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  const value: unknown = isScalar(node) ? node.value : null;
  if (value === null) return 'nothing';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
}
