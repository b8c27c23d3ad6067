import { parse } from '@bufbuild/cel';
import type { ConditionFinding } from './condition-finding';
import type { Expression } from './expression';
import { type SourcePosition, toSourcePosition } from './source-position';

/** A text that is CEL, with the position of each of its expressions. */
export interface ParsedCondition {
  readonly expression: Expression;
  getPosition(expression: Expression): SourcePosition | undefined;
}

/** Parses a text; one that is no CEL is answered with the finding that says why and where. */
export function parseCondition(
  text: string,
): { readonly parsed: ParsedCondition } | { readonly refused: ConditionFinding } {
  try {
    // The parser wants a line end after every comment, also after one that ends the text.
    const { expr, sourceInfo } = parse(text.includes('//') ? `${text}\n` : text);
    const positionOf = (expression: Expression): SourcePosition | undefined => {
      const offset = sourceInfo?.positions[expression.id.toString()];
      return offset === undefined ? undefined : toSourcePosition(text, offset);
    };
    return { parsed: { expression: expr, getPosition: positionOf } };
  } catch (error) {
    return { refused: syntaxFinding(text, error) };
  }
}

function syntaxFinding(text: string, error: unknown): ConditionFinding {
  if (isStackOverflow(error)) {
    return { severity: 'ERROR', code: 'CONDITION_TOO_DEEP', message: 'The condition is nested too deeply.' };
  }
  const offset = offsetOf(error);
  return {
    severity: 'ERROR',
    code: 'CONDITION_SYNTAX',
    message: `The condition is no CEL: ${reasonOf(error)}.`,
    ...(offset === undefined ? {} : toSourcePosition(text, offset)),
  };
}

/** The parser descends recursively and has no limit of its own. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack');
}

/** The library does not export its error class, so its parts are looked for. */
function offsetOf(error: unknown): number | undefined {
  if (!(error instanceof Error && 'location' in error)) return undefined;
  const { location } = error;
  if (typeof location !== 'object' || location === null || !('start' in location)) return undefined;
  const { start } = location;
  if (typeof start !== 'object' || start === null || !('offset' in start)) return undefined;
  return typeof start.offset === 'number' ? start.offset : undefined;
}

/** The library's own message lists every token that could have followed. What was found is enough. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be parsed';
  if ('found' in error && typeof error.found === 'string') {
    return error.found === '' ? 'unexpected end of the text' : `unexpected ${JSON.stringify(error.found)}`;
  }
  if ('rawMessage' in error && typeof error.rawMessage === 'string') return error.rawMessage;
  return error.message === '' ? 'it cannot be parsed' : error.message;
}
