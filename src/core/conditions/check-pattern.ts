import type { ConditionLimits } from './condition-limits';
import { getCall, getStringLiteral } from './expression';
import type { ExpressionCheck, ExpressionFinding } from './expression-check';
import { findPatternError, getPatternSize } from './patterns';

/**
 * Regular expressions. Matching is linear in the text, but the factor is the size of the expression: so it must be a literal
 * that can be checked here, never a value of the customer.
 */
export const checkPattern: ExpressionCheck = ({ expression }, limits) => {
  const call = getCall(expression);
  if (call?.function !== 'matches' || call.target === undefined || call.args.length !== 1) return undefined;
  const pattern = getStringLiteral(call.args[0]);
  if (pattern === undefined) return finding('The regular expression of matches() must be a string literal.');
  if (pattern.length > limits.maxPatternLength) {
    return finding(`The regular expression has more than ${limits.maxPatternLength} characters.`);
  }
  return wrong(pattern) ?? tooLarge(pattern, limits);
};

function tooLarge(pattern: string, limits: ConditionLimits): ExpressionFinding | undefined {
  const size = getPatternSize(pattern);
  if (size > limits.maxPatternSize) {
    return finding(
      `The regular expression is ${size} long with its repetitions written out; at most ${limits.maxPatternSize}.`,
    );
  }
  return undefined;
}

function wrong(pattern: string): ExpressionFinding | undefined {
  const error = findPatternError(pattern);
  return error === undefined ? undefined : finding(`The regular expression is wrong: ${error}.`);
}

function finding(message: string): ExpressionFinding {
  return { severity: 'ERROR', code: 'PATTERN', message };
}
