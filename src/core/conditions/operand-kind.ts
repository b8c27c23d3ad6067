import { variableKinds } from './condition-variables';
import {
  arithmeticOperators,
  type Call,
  type Comprehension,
  type Expression,
  getCall,
  getIdentifier,
  operators,
} from './expression';

/**
 * What can be said about the type of an expression without evaluating it. JSON is a value read from fields, whose numbers are
 * always doubles; UNKNOWN is anything that nothing can be said about.
 */
export type ExpressionKind = 'BOOL' | 'INT' | 'DOUBLE' | 'TEXT' | 'LIST' | 'MAP' | 'JSON' | 'UNKNOWN';

/** Kinds of the names that the macros around an expression define. */
export type Scope = ReadonlyMap<string, ExpressionKind>;

/** The kind of an expression within a scope. */
export function inferKind(expression: Expression, scope: Scope): ExpressionKind {
  const { case: kind, value } = expression.exprKind;
  switch (kind) {
    case 'constExpr':
      return constantKinds.get(value.constantKind.case ?? '') ?? 'UNKNOWN';
    case 'identExpr':
      return scope.get(value.name) ?? kindOfVariable(value.name);
    case 'selectExpr':
      if (value.testOnly) return 'BOOL';
      return value.operand === undefined ? 'UNKNOWN' : getMemberKind(inferKind(value.operand, scope));
    case 'callExpr':
      return kindOfCall(value, scope);
    case 'listExpr':
      return 'LIST';
    case 'structExpr':
      return 'MAP';
    case 'comprehensionExpr':
      return kindOfMacro(value);
    case undefined:
      return 'UNKNOWN';
  }
}

/** The kind of an element or a member of a container. */
export function getMemberKind(container: ExpressionKind): ExpressionKind {
  return container === 'JSON' ? 'JSON' : 'UNKNOWN';
}

const constantKinds: ReadonlyMap<string, ExpressionKind> = new Map([
  ['boolValue', 'BOOL'],
  ['int64Value', 'INT'],
  ['doubleValue', 'DOUBLE'],
  ['stringValue', 'TEXT'],
]);

const functionKinds: ReadonlyMap<string, ExpressionKind> = new Map([
  ...['!_', '_&&_', '_||_', '_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_', '@in'].map((name) => [name, 'BOOL'] as const),
  ...['bool', 'contains', 'startsWith', 'endsWith', 'matches'].map((name) => [name, 'BOOL'] as const),
  ...['int', 'size'].map((name) => [name, 'INT'] as const),
  ['double', 'DOUBLE'],
  ['string', 'TEXT'],
]);

function kindOfVariable(name: string): ExpressionKind {
  switch (variableKinds.get(name)) {
    case 'FIELDS':
      return 'JSON';
    case 'TEXT':
      return 'TEXT';
    case 'NAMES':
      return 'LIST';
    case 'COUNT':
      return 'INT';
    case 'SCORE':
      return 'DOUBLE';
    case undefined:
      return 'UNKNOWN';
  }
}

function kindOfCall(call: Call, scope: Scope): ExpressionKind {
  const [first, second, third] = call.args;
  if (call.function === operators.index)
    return first === undefined ? 'UNKNOWN' : getMemberKind(inferKind(first, scope));
  if (call.function === operators.negate) return first === undefined ? 'UNKNOWN' : inferKind(first, scope);
  if (call.function === operators.choice) return common(second, third, scope);
  if (arithmeticOperators.has(call.function)) return result(first, second, scope);
  return functionKinds.get(call.function) ?? 'UNKNOWN';
}

function common(left: Expression | undefined, right: Expression | undefined, scope: Scope): ExpressionKind {
  if (left === undefined || right === undefined) return 'UNKNOWN';
  const kind = inferKind(left, scope);
  return inferKind(right, scope) === kind ? kind : 'UNKNOWN';
}

/** Both operands of an operation must have one type, so one that is known tells what a JSON value beside it must be. */
function result(left: Expression | undefined, right: Expression | undefined, scope: Scope): ExpressionKind {
  if (left === undefined || right === undefined) return 'UNKNOWN';
  const kinds = [inferKind(left, scope), inferKind(right, scope)] as const;
  if (kinds[0] === kinds[1]) return kinds[0];
  if (kinds[0] === 'JSON' && kinds[1] !== 'INT') return kinds[1];
  if (kinds[1] === 'JSON' && kinds[0] !== 'INT') return kinds[0];
  return 'UNKNOWN';
}

/** `map` and `filter` fold into a list; `exists`, `all` and `exists_one` end in a bool. */
function kindOfMacro(macro: Comprehension): ExpressionKind {
  if (macro.result === undefined) return 'UNKNOWN';
  if (getCall(macro.result) !== undefined) return 'BOOL';
  if (getIdentifier(macro.result) === undefined || macro.accuInit === undefined) return 'UNKNOWN';
  return inferKind(macro.accuInit, new Map());
}
