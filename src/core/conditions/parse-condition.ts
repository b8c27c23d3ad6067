import { parse } from '@bufbuild/cel';
import type { ConditionFinding } from './condition';
import type { Expression } from './expression';

/** A position in the text of a condition. Line and column are 1-based; columns count UTF-16 code units. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** A text that is valid CEL, with the position of each of its expressions. */
export interface ParsedCondition {
  readonly expression: Expression;
  getPosition(expression: Expression): SourcePosition | undefined;
}

/** Parses the text of a condition. Invalid CEL and too many nested brackets are returned as a finding with its position. */
export function parseCondition(
  text: string,
  maxDepth: number,
): { readonly parsed: ParsedCondition } | { readonly rejected: ConditionFinding } {
  const deepBracket = findDeepBracket(text, maxDepth);
  if (deepBracket !== undefined) {
    return { rejected: { ...createDepthFinding(maxDepth), ...toSourcePosition(text, deepBracket) } };
  }
  try {
    // The parser requires a line break after every comment, even at the end of the text.
    const { expr, sourceInfo } = parse(text.includes('//') ? `${text}\n` : text);
    const getPosition = (expression: Expression): SourcePosition | undefined => {
      const offset = sourceInfo?.positions[expression.id.toString()];
      return offset === undefined ? undefined : toSourcePosition(text, offset);
    };
    return { parsed: { expression: expr, getPosition } };
  } catch (error) {
    return { rejected: toSyntaxFinding(text, error) };
  }
}

/** Converts a 0-based offset in UTF-16 code units to a position. */
function toSourcePosition(text: string, offset: number): SourcePosition {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** Matches brackets, and the strings and comments in which a bracket has no meaning. */
const bracketTokens = /\/\/[^\r\n]*|[rR]("""|'''|["'])[\s\S]*?\1|("""|'''|["'])(?:\\[\s\S]|[^\\])*?\2|[([{]|[)\]}]/g;

/**
 * Returns the offset of the first bracket inside more than `maxDepth` others; undefined if there is none. The parser is recursive and has no
 * limit: without this check, the free stack would decide whether a text is accepted. Round brackets are not part of the expression tree.
 */
function findDeepBracket(text: string, maxDepth: number): number | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(bracketTokens)) {
    if ('([{'.includes(token)) depth += 1;
    if (')]}'.includes(token)) depth -= 1;
    if (depth > maxDepth) return index;
  }
  return undefined;
}

/** Creates the finding for a condition that is nested too deeply, without its position. */
export function createDepthFinding(maxDepth: number): ConditionFinding {
  const message = `The condition is nested more than ${maxDepth} levels deep. Simplify it.`;
  return { severity: 'ERROR', code: 'CONDITION_TOO_DEEP', message };
}

function toSyntaxFinding(text: string, error: unknown): ConditionFinding {
  const offset = findOffset(error);
  return {
    severity: 'ERROR',
    code: 'CONDITION_SYNTAX',
    message: `The condition is not valid CEL: ${describeSyntaxError(text, offset, error)}`,
    ...(offset === undefined ? {} : toSourcePosition(text, offset)),
  };
}

/** Reads the offset from a syntax error structurally, because the library does not export its error class. */
function findOffset(error: unknown): number | undefined {
  const offset = read(read(read(error, 'location'), 'start'), 'offset');
  return typeof offset === 'number' ? offset : undefined;
}

/** Returns a property of a value of unknown type; undefined if it has none. */
function read(value: unknown, name: string): unknown {
  return Reflect.get(Object(value), name);
}

/**
 * Describes a syntax error. The library's message lists every token that is allowed at the position; this message names only the token that
 * was found and, for a common mistake, what to write instead.
 */
function describeSyntaxError(text: string, offset: number | undefined, error: unknown): string {
  const found = read(error, 'found');
  if (found === '') return 'unexpected end of text.';
  if (typeof found === 'string') {
    const hint = offset === undefined ? undefined : describeOperator(text, offset);
    return hint ?? `unexpected ${quote(found)}.`;
  }
  return `${read(error, 'rawMessage') ?? read(error, 'message')}.`;
}

/** Maps operators of other languages to their equivalents in CEL. */
const foreignOperators: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['===', '=='],
  ['is', '=='],
  ['!==', '!='],
  ['<>', '!='],
  ['=<', '<='],
  ['=>', '>='],
  ['&', '&&'],
  ['and', '&&'],
  ['|', '||'],
  ['or', '||'],
]);

const binaryOperators: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', '&&', '||', 'in']);

/** Explains a syntax error at an operator; undefined for any other error. The parser stops before an invalid operand. */
function describeOperator(text: string, offset: number): string | undefined {
  if (/(^|[^\w.])not\s+$/i.test(text.slice(0, offset))) return "'not' is not an operator. Use '!'.";
  const [token = ''] = /^([=<>!&|]+|\w+)/.exec(text.slice(offset)) ?? [];
  if (token.toLowerCase() === 'not') return "'not' is not an operator. Use '!', for example !(a in b).";
  const replacement = foreignOperators.get(token.toLowerCase());
  if (replacement !== undefined) return `'${token}' is not an operator. Use '${replacement}'.`;
  return binaryOperators.has(token) ? `the right side of '${token}' is missing or not valid.` : undefined;
}

function quote(found: string): string {
  return found.includes("'") ? JSON.stringify(found) : `'${JSON.stringify(found).slice(1, -1)}'`;
}
