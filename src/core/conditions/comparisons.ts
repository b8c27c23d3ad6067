import { type ExpressionContext, findDataKeyRead, inferKind, walkExpression } from './analyze-expression';
import type { DataComparison } from './condition';
import { type Expression, getCall, getStringLiteral, operators } from './expression';
import type { ParsedCondition } from './parse-condition';

const comparisonOperators: ReadonlyMap<string, DataComparison['operator']> = new Map([
  ['_==_', '=='],
  ['_!=_', '!='],
  ['_<_', '<'],
  ['_<=_', '<='],
  ['_>_', '>'],
  ['_>=_', '>='],
]);

/** Finds the comparisons of keys of `data`, in text order. */
export function findComparisons({ expression, getPosition }: ParsedCondition): readonly DataComparison[] {
  const comparisons: DataComparison[] = [];
  walkExpression(expression, (context) => {
    for (const [operator, left, right] of listComparedPairs(context.expression)) {
      const leftKey = findKey(left, context);
      const [key, other] = leftKey === undefined ? [findKey(right, context), left] : [leftKey, right];
      const kind = inferKind(other, context.scope);
      if (key === undefined || kind === undefined || kind === 'JSON') continue;
      const position = getPosition(context.expression);
      comparisons.push({ key, operator, kind, text: getStringLiteral(other), position });
    }
  });
  return comparisons;
}

type ComparedPair = readonly [operator: DataComparison['operator'], left: Expression, right: Expression];

function listComparedPairs(expression: Expression): readonly ComparedPair[] {
  const call = getCall(expression);
  const [left, right] = call?.args ?? [];
  if (call === undefined || left === undefined || right === undefined) return [];
  const operator = comparisonOperators.get(call.function);
  if (operator !== undefined) return [[operator, left, right]];
  if (call.function !== operators.in || right.exprKind.case !== 'listExpr') return [];
  return right.exprKind.value.elements.map((element): ComparedPair => ['==', left, element]);
}

function findKey(expression: Expression, context: ExpressionContext): string | undefined {
  const read = findDataKeyRead({ ...context, expression });
  return read?.isRequired === true ? read.key : undefined;
}
