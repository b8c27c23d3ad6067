import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import {
  type FileProblem,
  type FileProblemCode,
  SourceMap,
  type SourcePosition,
  type SourceText,
  type ValuePosition,
} from './problems';
import { listSyntaxProblems } from './syntax-problems';

// Parses YAML and JSON text to nodes, and records the position of each value.

/** One document of a file, without syntax errors. */
export interface SourceDocument {
  readonly source: SourceText;
  readonly yaml: Document.Parsed;
  /** The text of the whole file. */
  readonly text: string;
  /** Undefined if the document has only comments. */
  readonly root: Node | undefined;
}

/** The documents of a file, without those that have a syntax error. */
export interface ParsedDocuments {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly FileProblem[];
}

/**
 * Parses YAML 1.2 with one or more documents, or JSON, which is a subset of YAML. A file whose name ends in `.json` must be JSON.
 * Reports every syntax error and duplicate key.
 */
export function parseDocuments(file: string, text: string): ParsedDocuments {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false, strict: true, uniqueKeys: true });
  const source = createSourceText(file, lineCounter);
  if (file.endsWith('.json')) {
    const problem = findJsonProblem(source, text);
    if (problem !== undefined) return { documents: [], problems: [problem] };
  }
  const documents: SourceDocument[] = [];
  const problems: FileProblem[] = [];
  for (const yaml of Array.isArray(parsed) ? parsed : []) {
    const syntaxProblems = listSyntaxProblems(source, text, yaml);
    problems.push(...syntaxProblems);
    if (syntaxProblems.length === 0) documents.push({ source, yaml, text, root: getRoot(yaml.contents) });
  }
  return { documents, problems };
}

function createSourceText(file: string, lines: LineCounter): SourceText {
  const positionAt = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  return {
    file,
    positionAt,
    createProblemAt: (offset, path, code, message) => {
      return { file, ...positionAt(offset), path, severity: 'ERROR', code, message };
    },
    createProblemIn: (position, code, message) => ({ file, ...position, path: '', severity: 'ERROR', code, message }),
  };
}

function findJsonProblem(source: SourceText, text: string): FileProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = Number(/ at position (\d+)/.exec(message)?.[1] ?? (message.includes('end of') ? text.length : 0));
    return source.createProblemAt(offset, '', 'SYNTAX', `is not valid JSON: ${message}`);
  }
}

function getRoot(contents: ParsedNode | null): Node | undefined {
  if (contents === null) return undefined;
  return isScalar(contents) && contents.value === null ? undefined : contents;
}

/** Collects the positions of the values and the problems of one document while it is parsed. */
export class ParseContext {
  readonly document: SourceDocument;
  readonly problems: FileProblem[] = [];
  readonly positions = new Map<string, ValuePosition>();

  constructor(document: SourceDocument) {
    this.document = document;
  }

  /** Returns the node that an alias refers to; returns any other node unchanged. Reports an alias without an anchor. */
  resolveAlias(node: Node | null | undefined): Node | undefined {
    if (!isAlias(node)) return node ?? undefined;
    const target = node.resolve(this.document.yaml);
    if (target === undefined) {
      this.report('', node, 'UNKNOWN_ANCHOR', `anchor &${node.source} is not defined above`);
    }
    return target;
  }

  /** Records the position of the value at a path. */
  recordPosition(path: string, node: Node | undefined): void {
    const offset = node?.range?.[0] ?? 0;
    this.positions.set(path, { ...this.document.source.positionAt(offset), ...this.#getTextLayout(node) });
  }

  /** Adds a problem at a node. */
  report(path: string, node: Node | undefined, code: FileProblemCode, message: string): void {
    this.problems.push(this.document.source.createProblemAt(node?.range?.[0] ?? 0, path, code, message));
  }

  /** Adds a problem at a path or, if the file does not have the path, at its nearest parent. */
  reportAt(path: string, code: FileProblemCode, message: string): void {
    const { file } = this.document.source;
    const position = new SourceMap(file, this.positions).positionAt(path);
    this.problems.push({ file, ...position, path, severity: 'ERROR', code, message });
  }

  #getTextLayout(node: Node | undefined): Pick<ValuePosition, 'blockIndent' | 'leadingColumns'> {
    if (!isScalar(node) || typeof node.value !== 'string') return {};
    if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') {
      return { blockIndent: this.#getIndentBelow(node.range?.[0] ?? 0) };
    }
    return { leadingColumns: node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0 };
  }

  /** Returns the number of columns before the first character of the line below an offset. */
  #getIndentBelow(offset: number): number {
    const { text } = this.document;
    const lineEnd = text.indexOf('\n', offset);
    return lineEnd < 0 ? 0 : (/^ */.exec(text.slice(lineEnd + 1))?.[0].length ?? 0);
  }
}

/** A key of a mapping and its value. Aliases are resolved. */
export interface MappingEntry {
  readonly key: string;
  readonly keyNode: Node;
  /** Undefined for a key without a value. */
  readonly value: Node | undefined;
}

/** Returns the entries of a mapping in file order. Reports and omits keys that are not strings, and aliases without an anchor. */
export function readMappingEntries(context: ParseContext, map: YAMLMap, path: string): readonly MappingEntry[] {
  return map.items.flatMap((pair: Pair): MappingEntry[] => {
    const keyNode = asNode(pair.key);
    const key: unknown = isScalar(keyNode) ? keyNode.value : undefined;
    if (keyNode === undefined || typeof key !== 'string') {
      context.report(path, keyNode, 'KEY_NOT_TEXT', 'a key must be a string; add quotes');
      return [];
    }
    const valueNode = asNode(pair.value);
    const value = context.resolveAlias(valueNode);
    const isUnknownAlias = valueNode !== undefined && value === undefined;
    return isUnknownAlias ? [] : [{ key, keyNode, value }];
  });
}

/** Narrows a value that the YAML library types as `unknown`. */
export function asNode(value: unknown): Node | undefined {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : undefined;
}

/** Describes the type of a node for a message: `a list`, `a mapping`, `a string`, `a number`, `a boolean` or `empty`. */
export function describeNode(node: Node | undefined): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  const value: unknown = isScalar(node) ? node.value : null;
  if (value === null) return 'empty';
  if (typeof value === 'string') return 'a string';
  return typeof value === 'boolean' ? 'a boolean' : 'a number';
}
