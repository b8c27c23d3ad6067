import { type Document, isScalar, LineCounter, type Node, type ParsedNode, parseAllDocuments } from 'yaml';
import type { FileProblem, FileProblemCode, SourcePosition } from './file-problem';

/** A text with its file's name, as positions and problems need it. */
export interface SourceText {
  readonly file: string;
  /** Where an offset of the text is. */
  positionAt(offset: number): SourcePosition;
  /** A problem at an offset of the text. */
  problemAt(offset: number, path: string, code: FileProblemCode, message: string): FileProblem;
}

/** One document of a file, free of syntax errors. */
export interface SourceDocument {
  readonly source: SourceText;
  readonly yaml: Document.Parsed;
  /** The text of the whole file. */
  readonly text: string;
  /** The document's root; undefined where there are comments only. */
  readonly root: Node | undefined;
}

/** What a text holds. A document with a syntax error is left out. */
export interface ParsedDocuments {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly FileProblem[];
}

/**
 * Parses YAML 1.2 of one or more documents, or JSON, which is a part of it. A file whose name ends in `.json` has to be JSON.
 * Reports every syntax error and duplicate key.
 */
export function parseDocuments(file: string, text: string): ParsedDocuments {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false, strict: true, uniqueKeys: true });
  const source = sourceText(file, lineCounter);
  if (file.endsWith('.json')) {
    const problem = jsonProblem(source, text);
    if (problem !== undefined) return { documents: [], problems: [problem] };
  }
  const documents: SourceDocument[] = [];
  const problems: FileProblem[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const wrong = [...document.errors, ...document.warnings];
    for (const { pos, message } of wrong) problems.push(syntaxProblem(source, pos[0], message));
    if (wrong.length === 0) documents.push({ source, yaml: document, text, root: rootOf(document.contents) });
  }
  return { documents, problems };
}

function sourceText(file: string, lines: LineCounter): SourceText {
  const at = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  return {
    file,
    positionAt: at,
    problemAt: (offset, path, code, message) => ({ file, ...at(offset), path, severity: 'ERROR', code, message }),
  };
}

function jsonProblem(source: SourceText, text: string): FileProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = Number(/ at position (\d+)/.exec(message)?.[1] ?? (message.includes('end of') ? text.length : 0));
    return source.problemAt(offset, '', 'SYNTAX', `is not JSON: ${message}`);
  }
}

function syntaxProblem(source: SourceText, offset: number, message: string): FileProblem {
  if (message === 'Map keys must be unique')
    return source.problemAt(offset, '', 'DUPLICATE_KEY', 'this key is given twice');
  return source.problemAt(offset, '', 'SYNTAX', message);
}

function rootOf(contents: ParsedNode | null): Node | undefined {
  if (contents === null) return undefined;
  return isScalar(contents) && contents.value === null ? undefined : contents;
}
