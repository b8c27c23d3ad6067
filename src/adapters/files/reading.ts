import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { FileProblem, FileProblemCode } from './file-problem';
import type { LocatedDocument } from './located-document';
import { type LocatedValue, SourceMap } from './source-map';

/** Reads one document: collects where its values are and what is wrong with them. */
export class Reading {
  readonly located: LocatedDocument;
  readonly problems: FileProblem[] = [];
  readonly places = new Map<string, LocatedValue>();

  constructor(located: LocatedDocument) {
    this.located = located;
  }

  /** What an alias stands for; the node itself where it is none. An alias without its anchor is reported and is no node. */
  resolve(node: Node | null | undefined): Node | undefined {
    if (!isAlias(node)) return node ?? undefined;
    const target = node.resolve(this.located.document);
    if (target === undefined) this.report('', node, 'UNKNOWN_ANCHOR', `there is no anchor &${node.source} above`);
    return target;
  }

  /** Remembers where the value of a path is. */
  place(path: string, node: Node | undefined): void {
    const offset = node?.range?.[0] ?? 0;
    this.places.set(path, { ...this.located.source.at(offset), ...this.#textPlace(node) });
  }

  /** Adds a problem at a node. */
  report(path: string, node: Node | undefined, code: FileProblemCode, message: string): void {
    this.problems.push(this.located.source.problem(node?.range?.[0] ?? 0, path, code, message));
  }

  /** Adds a problem at a path, or at the nearest place around it that was read. */
  reportAt(path: string, code: FileProblemCode, message: string): void {
    const { file } = this.located.source;
    this.problems.push({ file, ...new SourceMap(file, this.places).at(path), path, severity: 'ERROR', code, message });
  }

  #textPlace(node: Node | undefined): Partial<LocatedValue> {
    if (!isScalar(node) || typeof node.value !== 'string') return {};
    switch (node.type) {
      case 'BLOCK_LITERAL':
      case 'BLOCK_FOLDED':
        return { blockIndent: this.#indentBelow(node.range?.[0] ?? 0) };
      case 'QUOTE_DOUBLE':
      case 'QUOTE_SINGLE':
        return { lead: 1 };
      default:
        return { lead: 0 };
    }
  }

  /** Columns before the first character of the line below an offset. */
  #indentBelow(offset: number): number {
    const { text } = this.located;
    const lineEnd = text.indexOf('\n', offset);
    return lineEnd < 0 ? 0 : (/^ */.exec(text.slice(lineEnd + 1))?.[0].length ?? 0);
  }
}

/** What a node is, in words for a message: `a list`, `a mapping`, `text`, `a number`, `true or false`, `nothing`. */
export function whatItIs(node: Node | undefined): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  const value: unknown = isScalar(node) ? node.value : null;
  if (value === null) return 'nothing';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
}
