import { appendFunction, membersFunction, rangeFunction } from './bounded-lists';
import {
  accumulator,
  type Call,
  type Comprehension,
  callInPlaceOf,
  type Expression,
  identifierOf,
  type MapLiteral,
  operators,
  stringInPlaceOf,
} from './expression';
import { getFunction, hasFunction, lookUpFunction } from './field-access';
import { operandKind } from './operand-kind';

/**
 * The same expression with reads of fields and work on lists done by our own functions, so that a missing key can be told from
 * any other failure (3.3) and lists are bounded (section 6).
 */
export function lower(expression: Expression): Expression {
  const { exprKind } = expression;
  switch (exprKind.case) {
    case 'selectExpr': {
      const { operand, field, testOnly } = exprKind.value;
      if (operand === undefined) return expression;
      const read = testOnly ? hasFunction : readOf(operand);
      return callInPlaceOf(expression, read, [lower(operand), stringInPlaceOf(expression, field)]);
    }
    case 'callExpr':
      return lowerCall(expression, exprKind.value);
    case 'listExpr': {
      const elements = exprKind.value.elements.map(lower);
      return { ...expression, exprKind: { case: 'listExpr', value: { ...exprKind.value, elements } } };
    }
    case 'structExpr': {
      return { ...expression, exprKind: { case: 'structExpr', value: lowerMap(exprKind.value) } };
    }
    case 'comprehensionExpr': {
      return { ...expression, exprKind: { case: 'comprehensionExpr', value: lowerMacro(exprKind.value) } };
    }
    default:
      return expression;
  }
}

function lowerCall(expression: Expression, call: Call): Expression {
  const args = call.args.map(lower);
  const [first, second] = args;
  if (call.function === operators.index) return callInPlaceOf(expression, readOf(call.args[0]), args);
  // A literal was measured when the condition was compiled.
  if (call.function === operators.in && first !== undefined && second !== undefined && !isList(second)) {
    return callInPlaceOf(expression, operators.in, [first, callInPlaceOf(second, membersFunction, [second])]);
  }
  const added = elementAdded(call);
  if (added !== undefined && first !== undefined) {
    return callInPlaceOf(expression, appendFunction, [first, lower(added)]);
  }
  const target = call.target === undefined ? {} : { target: lower(call.target) };
  return { ...expression, exprKind: { case: 'callExpr', value: { ...call, ...target, args } } };
}

function readOf(container: Expression | undefined): string {
  const standsInText = container !== undefined && operandKind(container, new Map()) === 'MAP';
  return standsInText ? lookUpFunction : getFunction;
}

function isList(expression: Expression): boolean {
  return expression.exprKind.case === 'listExpr';
}

/** `@result + [element]`, the step of `map` and `filter`. */
function elementAdded(call: Call): Expression | undefined {
  const [list, added] = call.args;
  if (call.function !== operators.add || identifierOf(list) !== accumulator) return undefined;
  return added?.exprKind.case === 'listExpr' ? added.exprKind.value.elements[0] : undefined;
}

function lowerMap(literal: MapLiteral): MapLiteral {
  const entries = literal.entries.map((entry) => {
    const value = entry.value === undefined ? {} : { value: lower(entry.value) };
    if (entry.keyKind.case !== 'mapKey') return { ...entry, ...value };
    return { ...entry, ...value, keyKind: { case: entry.keyKind.case, value: lower(entry.keyKind.value) } };
  });
  return { ...literal, entries };
}

function lowerMacro(macro: Comprehension): Comprehension {
  const range = macro.iterRange;
  return {
    ...macro,
    ...(range === undefined ? {} : { iterRange: callInPlaceOf(range, rangeFunction, [lower(range)]) }),
    ...(macro.loopStep === undefined ? {} : { loopStep: lower(macro.loopStep) }),
  };
}
