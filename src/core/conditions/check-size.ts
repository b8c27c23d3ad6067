import type { ConditionLimits } from './condition-limits';
import type { Expression } from './expression';
import type { ExpressionCheck, ExpressionFinding } from './expression-check';
import type { ExpressionContext } from './walk';

/** Depth, nesting of macros, length of literals and range of integers. */
export const checkSize: ExpressionCheck = (place, limits) =>
  checkDepth(place, limits) ?? checkLiteral(place.expression, limits) ?? checkInteger(place.expression);

function checkDepth({ depth, macroDepth }: ExpressionContext, limits: ConditionLimits): ExpressionFinding | undefined {
  if (depth > limits.maxDepth) {
    const message = `The condition is nested more than ${limits.maxDepth} levels deep.`;
    return { severity: 'ERROR', code: 'CONDITION_TOO_DEEP', message };
  }
  if (macroDepth > limits.maxMacroDepth) {
    const message = `Macros are nested more than ${limits.maxMacroDepth} levels deep.`;
    return { severity: 'ERROR', code: 'MACROS_TOO_DEEP', message };
  }
  return undefined;
}

function checkLiteral({ exprKind }: Expression, limits: ConditionLimits): ExpressionFinding | undefined {
  const size =
    exprKind.case === 'listExpr'
      ? exprKind.value.elements.length
      : exprKind.case === 'structExpr'
        ? exprKind.value.entries.length
        : 0;
  if (size <= limits.maxLiteralSize) return undefined;
  const message = `A literal has ${size} elements; at most ${limits.maxLiteralSize} are allowed.`;
  return { severity: 'ERROR', code: 'LIST_TOO_LONG', message };
}

const minInt = -(2n ** 63n);
const maxInt = 2n ** 63n - 1n;
const maxUint = 2n ** 64n - 1n;

/** The parser takes any number of digits. */
function checkInteger({ exprKind }: Expression): ExpressionFinding | undefined {
  if (exprKind.case !== 'constExpr') return undefined;
  const { case: kind, value } = exprKind.value.constantKind;
  const fits =
    kind === 'int64Value' ? value >= minInt && value <= maxInt : kind === 'uint64Value' ? value <= maxUint : true;
  if (fits) return undefined;
  return { severity: 'ERROR', code: 'CONDITION_SYNTAX', message: 'An integer does not fit into 64 bits.' };
}
