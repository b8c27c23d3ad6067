import { checkArithmetic } from './check-arithmetic';
import { checkNames } from './check-names';
import { checkPattern } from './check-pattern';
import { checkSize } from './check-size';
import type { ConditionFinding } from './condition-finding';
import type { ConditionLimits } from './condition-limits';
import type { Expression } from './expression';
import type { ExpressionCheck, ExpressionFinding } from './expression-check';
import { inferKind } from './operand-kind';
import type { ParsedCondition } from './syntax';
import { walkExpression } from './walk';

const checks: readonly ExpressionCheck[] = [checkSize, checkNames, checkPattern, checkArithmetic];

/** More findings than an author can read at once are left out. */
const maxFindings = 20;

/** Everything that can be said against a parsed condition without evaluating it, in the order of its text. */
export function checkCondition(
  { expression, getPosition: positionOf }: ParsedCondition,
  limits: ConditionLimits,
): readonly ConditionFinding[] {
  const findings = new Map<string, ConditionFinding>();
  const report = (finding: ExpressionFinding | undefined, at: Expression): void => {
    if (finding === undefined) return;
    const found: ConditionFinding = { ...finding, ...positionOf(at) };
    findings.set(keyOf(found), findings.get(keyOf(found)) ?? found);
  };

  walkExpression(expression, (place) => {
    for (const checkExpression of checks) report(checkExpression(place, limits), place.expression);
  });
  report(checkResult(expression), expression);
  return mostImportant([...findings.values()]);
}

/** An error is never crowded out by warnings. */
function mostImportant(findings: readonly ConditionFinding[]): readonly ConditionFinding[] {
  if (findings.length <= maxFindings) return findings;
  const errors = findings.filter(({ severity }) => severity === 'ERROR');
  return [...errors, ...findings.filter(({ severity }) => severity === 'WARNING')].slice(0, maxFindings);
}

/** Depth is found again on every level below the first that is too deep; once is enough. */
function keyOf({ code, message, line, column }: ConditionFinding): string {
  return code.endsWith('TOO_DEEP') ? code : `${code} ${line} ${column} ${message}`;
}

function checkResult(expression: Expression): ExpressionFinding | undefined {
  const kind = inferKind(expression, new Map());
  if (kind === 'BOOL' || kind === 'JSON' || kind === 'UNKNOWN') return undefined;
  const message = `The result of a condition must be a bool; this one is ${nameOfKind[kind]} and counts as FALSE.`;
  return { severity: 'WARNING', code: 'NOT_A_BOOL', message };
}

const nameOfKind = { INT: 'an int', DOUBLE: 'a double', TEXT: 'a string', LIST: 'a list', MAP: 'a map' } as const;
