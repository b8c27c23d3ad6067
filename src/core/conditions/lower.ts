import { appendFunction, chargeFunction, membersFunction, rangeFunction } from './bounded-lists';
import {
  accumulator,
  type Call,
  type Comprehension,
  type Expression,
  getIdentifier,
  type MapLiteral,
  operators,
  replaceWithCall,
  replaceWithString,
} from './expression';
import { getFunction, hasFunction, lookUpFunction } from './field-access';
import { inferKind } from './operand-kind';

/**
 * The same expression with reads of fields and work on lists done by our own functions, so that a missing key can be told from
 * any other failure (3.3) and work is bounded (section 6).
 */
export function lower(expression: Expression): Expression {
  return lowerAt(expression, 'once');
}

/** Whether an expression is evaluated once, or as often as the macro around it has elements. */
type Frequency = 'once' | 'often';

function lowerAt(expression: Expression, frequency: Frequency): Expression {
  const { exprKind } = expression;
  switch (exprKind.case) {
    case 'selectExpr': {
      const { operand, field, testOnly } = exprKind.value;
      if (operand === undefined) return expression;
      const args = [lowerAt(operand, frequency), replaceWithString(expression, field)];
      return replaceWithCall(expression, testOnly ? hasFunction : readOf(operand), args);
    }
    case 'callExpr':
      return lowerCall(expression, exprKind.value, frequency);
    case 'listExpr': {
      const elements = exprKind.value.elements.map((element) => lowerAt(element, frequency));
      return { ...expression, exprKind: { case: 'listExpr', value: { ...exprKind.value, elements } } };
    }
    case 'structExpr':
      return { ...expression, exprKind: { case: 'structExpr', value: lowerMap(exprKind.value, frequency) } };
    case 'comprehensionExpr':
      return { ...expression, exprKind: { case: 'comprehensionExpr', value: lowerMacro(exprKind.value, frequency) } };
    default:
      return expression;
  }
}

function lowerCall(expression: Expression, call: Call, frequency: Frequency): Expression {
  const added = elementAdded(call);
  if (added !== undefined) {
    return replaceWithCall(expression, appendFunction, [...call.args.slice(0, 1), argument(added, frequency)]);
  }
  if (call.function === operators.index) {
    const args = call.args.map((arg) => lowerAt(arg, frequency));
    return replaceWithCall(expression, readOf(call.args[0]), args);
  }
  if (call.function === operators.choice) {
    // Its branches are not looked at, one of them is the result.
    const args = call.args.map((arg, position) => (position === 0 ? argument : lowerAt)(arg, frequency));
    return replaceWithCall(expression, operators.choice, args);
  }
  const args = call.args.map((arg) => argument(arg, frequency));
  const [first, second] = args;
  if (call.function === operators.in && first !== undefined && second !== undefined) {
    return replaceWithCall(expression, operators.in, [first, replaceWithCall(second, membersFunction, [second])]);
  }
  const target = call.target === undefined ? {} : { target: argument(call.target, frequency) };
  return { ...expression, exprKind: { case: 'callExpr', value: { ...call, ...target, args } } };
}

/**
 * An argument of a call. In the body of a macro every one is counted as work, a constant too: making an error of constants is work
 * as well.
 */
function argument(arg: Expression, frequency: Frequency): Expression {
  const lowered = lowerAt(arg, frequency);
  const isCounted = frequency === 'often' && getIdentifier(arg) !== accumulator;
  return isCounted ? replaceWithCall(arg, chargeFunction, [lowered]) : lowered;
}

function readOf(container: Expression | undefined): string {
  const standsInText = container !== undefined && inferKind(container, new Map()) === 'MAP';
  return standsInText ? lookUpFunction : getFunction;
}

/** `@result + [element]`, the step of `map` and `filter`. */
function elementAdded(call: Call): Expression | undefined {
  const [list, added] = call.args;
  if (call.function !== operators.add || getIdentifier(list) !== accumulator) return undefined;
  return added?.exprKind.case === 'listExpr' ? added.exprKind.value.elements[0] : undefined;
}

function lowerMap(literal: MapLiteral, frequency: Frequency): MapLiteral {
  const entries = literal.entries.map((entry) => {
    const value = entry.value === undefined ? {} : { value: lowerAt(entry.value, frequency) };
    if (entry.keyKind.case !== 'mapKey') return { ...entry, ...value };
    const key = lowerAt(entry.keyKind.value, frequency);
    return { ...entry, ...value, keyKind: { case: entry.keyKind.case, value: key } };
  });
  return { ...literal, entries };
}

function lowerMacro(macro: Comprehension, frequency: Frequency): Comprehension {
  const { iterRange: range, loopStep } = macro;
  return {
    ...macro,
    ...(range === undefined ? {} : { iterRange: replaceWithCall(range, rangeFunction, [lowerAt(range, frequency)]) }),
    ...(loopStep === undefined ? {} : { loopStep: lowerAt(loopStep, 'often') }),
  };
}
