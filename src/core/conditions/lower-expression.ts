import { type ExpressionKind, inferKind } from './analyze-expression';
import { getVariableKind, type VariableKind } from './condition-variables';
import {
  accumulator,
  type Call,
  type Comprehension,
  type Expression,
  getCall,
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
  const isComparison = comparisons.has(call.function) && call.args.every(canBeContainer);
  const args = call.args.map((arg) =>
    isComparison ? charged(arg, lower(arg, frequency)) : lowerArgument(arg, frequency, call.function),
  );
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

/**
 * In the body of a macro every argument is charged, constants included: creating an error from constants has a cost too. Elsewhere only those
 * that can be long are: reads charge what they return, and `in` looks up a single key of a map.
 */
function lowerArgument(arg: Expression, frequency: Frequency, name = ''): Expression {
  const loweredArg = lower(arg, frequency);
  if (frequency === 'per element') return getIdentifier(arg) === accumulator ? loweredArg : charged(arg, loweredArg);
  const isScanned = name !== operators.in && canBeLong(arg);
  return isScanned ? replaceWithCall(arg, internalFunctions.scan, [loweredArg]) : loweredArg;
}

function charged(arg: Expression, loweredArg: Expression): Expression {
  return replaceWithCall(arg, internalFunctions.charge, [loweredArg]);
}

const comparisons: ReadonlySet<string> = new Set(['_==_', '_!=_']);

const containerKinds: ReadonlySet<ExpressionKind | undefined> = new Set(['LIST', 'MAP', 'JSON', undefined]);

/** Whether a value can be a list or a map, which are compared element by element. */
function canBeContainer(expression: Expression): boolean {
  return containerKinds.has(inferKind(expression, new Map()));
}

/** Variables whose values are short texts. */
const shortKinds: ReadonlySet<VariableKind | undefined> = new Set(['COUNT', 'SCORE', 'TEXT', undefined]);

/** Whether an argument can be a long text, list or map that no read has charged. */
function canBeLong(arg: Expression): boolean {
  const name = getIdentifier(arg);
  if (name !== undefined) return name === 'message' || !shortKinds.has(getVariableKind(name));
  const { case: kind } = arg.exprKind;
  if (kind === 'comprehensionExpr') return canBeContainer(arg);
  const call = getCall(arg);
  if (call === undefined || call.function === operators.index) return false;
  return canBeContainer(arg) || inferKind(arg, new Map()) === 'TEXT';
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
    const { keyKind, value } = entry;
    if (keyKind.case !== 'mapKey' || value === undefined) return entry;
    const key = lower(keyKind.value, frequency);
    return { ...entry, value: lower(value, frequency), keyKind: { case: keyKind.case, value: key } };
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
