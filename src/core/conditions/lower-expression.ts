import { inferKind } from './analyze-expression';
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
import { internalFunctions } from './functions';

/**
 * Rewrites an expression so that field reads and list operations call our own functions. A missing key can then be distinguished from
 * other failures (3.3), and the cost is bounded (section 6).
 */
export function lowerExpression(expression: Expression): Expression {
  return lower(expression, 'once');
}

/** Whether an expression is evaluated once, or once per element of an enclosing macro. */
type Frequency = 'once' | 'per element';

function lower(expression: Expression, frequency: Frequency): Expression {
  const { exprKind } = expression;
  switch (exprKind.case) {
    case 'selectExpr': {
      const { operand, field, testOnly } = exprKind.value;
      if (operand === undefined) return expression;
      const args = [lower(operand, frequency), replaceWithString(expression, field)];
      return replaceWithCall(expression, testOnly ? internalFunctions.has : selectReadFunction(operand), args);
    }
    case 'callExpr':
      return lowerCall(expression, exprKind.value, frequency);
    case 'listExpr': {
      const elements = exprKind.value.elements.map((element) => lower(element, frequency));
      return { ...expression, exprKind: { case: 'listExpr', value: { ...exprKind.value, elements } } };
    }
    case 'structExpr':
      return { ...expression, exprKind: { case: 'structExpr', value: lowerMap(exprKind.value, frequency) } };
    case 'comprehensionExpr':
      return { ...expression, exprKind: { case: 'comprehensionExpr', value: lowerMacro(exprKind.value, frequency) } };
    case 'constExpr':
    case 'identExpr':
    case undefined:
      return expression;
  }
}

function lowerCall(expression: Expression, call: Call, frequency: Frequency): Expression {
  const element = findAppendedElement(call);
  if (element !== undefined) {
    const args = [...call.args.slice(0, 1), lowerArgument(element, frequency)];
    return replaceWithCall(expression, internalFunctions.append, args);
  }
  if (call.function === operators.index) {
    const args = call.args.map((arg) => lower(arg, frequency));
    return replaceWithCall(expression, selectReadFunction(call.args[0]), args);
  }
  if (call.function === operators.conditional) {
    // One of the branches is the result and neither is inspected, so only the test is charged.
    const args = call.args.map((arg, index) => (index === 0 ? lowerArgument : lower)(arg, frequency));
    return replaceWithCall(expression, operators.conditional, args);
  }
  const args = call.args.map((arg) => lowerArgument(arg, frequency));
  const [first, second] = args;
  if (call.function === operators.in && first !== undefined && second !== undefined) {
    return replaceWithCall(expression, operators.in, [
      first,
      replaceWithCall(second, internalFunctions.members, [second]),
    ]);
  }
  const target = call.target === undefined ? {} : { target: lowerArgument(call.target, frequency) };
  return { ...expression, exprKind: { case: 'callExpr', value: { ...call, ...target, args } } };
}

/** In the body of a macro every argument is charged, constants included: creating an error from constants has a cost too. */
function lowerArgument(arg: Expression, frequency: Frequency): Expression {
  const loweredArg = lower(arg, frequency);
  const isCharged = frequency === 'per element' && getIdentifier(arg) !== accumulator;
  return isCharged ? replaceWithCall(arg, internalFunctions.charge, [loweredArg]) : loweredArg;
}

function selectReadFunction(container: Expression | undefined): string {
  return inferKind(container, new Map()) === 'MAP' ? internalFunctions.lookUp : internalFunctions.get;
}

/** Finds the element in `@result + [element]`, the step of `map` and `filter`. */
function findAppendedElement(call: Call): Expression | undefined {
  const [list, added] = call.args;
  if (call.function !== operators.add || getIdentifier(list) !== accumulator) return undefined;
  return added?.exprKind.case === 'listExpr' ? added.exprKind.value.elements[0] : undefined;
}

function lowerMap(literal: MapLiteral, frequency: Frequency): MapLiteral {
  const entries = literal.entries.map((entry) => {
    const value = entry.value === undefined ? {} : { value: lower(entry.value, frequency) };
    if (entry.keyKind.case !== 'mapKey') return { ...entry, ...value };
    const key = lower(entry.keyKind.value, frequency);
    return { ...entry, ...value, keyKind: { case: entry.keyKind.case, value: key } };
  });
  return { ...literal, entries };
}

function lowerMacro(macro: Comprehension, frequency: Frequency): Comprehension {
  const { iterRange: range, loopStep } = macro;
  return {
    ...macro,
    ...(range === undefined
      ? {}
      : { iterRange: replaceWithCall(range, internalFunctions.range, [lower(range, frequency)]) }),
    ...(loopStep === undefined ? {} : { loopStep: lower(loopStep, 'per element') }),
  };
}
