import type { ConditionReads } from './condition';
import { variableKinds } from './condition-variables';
import { type Expression, getCall, getIdentifier, getStringLiteral, operators } from './expression';
import { type ExpressionContext, walkExpression } from './walk';

/** What an expression reads, and which keys of `data` it cannot do without. */
export interface ExpressionReads extends ConditionReads {
  /** Keys of `data` whose value is read and not only tested by `has()`, as first met in the text. */
  readonly requiredKeys: readonly string[];
}

/** Finds what an expression reads (3.3). Names that a macro defines hide the variables of the same name. */
export function findReads(expression: Expression): ExpressionReads {
  const dataKeys = new Set<string>();
  const neededKeys = new Set<string>();
  const variables = new Set<string>();
  const accounted = new Set<Expression>();
  let dynamicData = false;

  walkExpression(expression, (place) => {
    const read = dataKeyRead(place);
    if (read !== undefined) {
      dataKeys.add(read.key);
      if (read.needed) neededKeys.add(read.key);
      accounted.add(read.data);
    }
    const name = getIdentifier(place.expression);
    if (name === undefined || place.scope.has(name) || !variableKinds.has(name)) return;
    variables.add(name);
    if (name === 'data' && !accounted.has(place.expression)) dynamicData = true;
  });
  return {
    dataKeys: [...dataKeys],
    requiredKeys: [...neededKeys],
    variables: [...variables],
    hasDynamicDataReads: dynamicData,
  };
}

interface DataKeyRead {
  readonly key: string;
  /** False where only its presence is asked for. */
  readonly needed: boolean;
  /** The identifier `data` that this read accounts for. */
  readonly data: Expression;
}

/** `data.age`, `has(data.age)`, `data['age']` and `'age' in data` name their key; every other use of `data` does not. */
function dataKeyRead({ expression, scope }: ExpressionContext): DataKeyRead | undefined {
  if (scope.has('data')) return undefined;
  if (expression.exprKind.case === 'selectExpr') {
    const { operand, field, testOnly } = expression.exprKind.value;
    return readOf(operand, field, !testOnly);
  }
  const call = getCall(expression);
  if (call?.function === operators.index) return readOf(call.args[0], getStringLiteral(call.args[1]), true);
  if (call?.function === operators.in) return readOf(call.args[1], getStringLiteral(call.args[0]), false);
  return undefined;
}

function readOf(data: Expression | undefined, key: string | undefined, needed: boolean): DataKeyRead | undefined {
  return data !== undefined && key !== undefined && getIdentifier(data) === 'data' ? { key, needed, data } : undefined;
}
