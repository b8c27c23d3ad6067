import { arithmeticOperators, getCall } from './expression';
import type { ExpressionCheck } from './expression-check';
import { type ExpressionKind, inferKind } from './operand-kind';

/**
 * Calculations that always fail when evaluated: CEL does not mix ints and doubles, JSON numbers are doubles, and `%` is for ints.
 * A warning and no error, as CEL itself accepts the text.
 */
export const checkArithmetic: ExpressionCheck = ({ expression, scope }) => {
  const call = getCall(expression);
  const operator = call === undefined ? undefined : arithmeticOperators.get(call.function);
  if (call === undefined || operator === undefined) return undefined;
  const reason = whyItFails(
    operator,
    call.args.map((operand) => inferKind(operand, scope)),
  );
  if (reason === undefined) return undefined;
  const message = `'${operator}' fails when evaluated: ${reason}; write 1.0 for 1, or int(...) or double(...) around an operand.`;
  return { severity: 'WARNING', code: 'INTEGER_ARITHMETIC', message };
};

function whyItFails(operator: string, kinds: readonly ExpressionKind[]): string | undefined {
  if (operator === '%' && kinds.some((kind) => kind === 'JSON' || kind === 'DOUBLE')) return 'it is for ints only';
  if (!kinds.includes('INT')) return undefined;
  if (kinds.includes('JSON')) return 'numbers in fields are doubles and the other operand is an int';
  return kinds.includes('DOUBLE') ? 'one operand is a double and the other an int' : undefined;
}
