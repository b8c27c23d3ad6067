import { variableKinds } from './condition-variables';
import {
  arithmetic,
  type Call,
  type Comprehension,
  callOf,
  type Expression,
  identifierOf,
  operators,
} from './expression';

/**
 * What can be said about the type of an expression without evaluating it. JSON is a value read from fields, whose numbers are
 * always doubles; UNKNOWN is anything that nothing can be said about.
 */
export type OperandKind = 'BOOL' | 'INT' | 'DOUBLE' | 'TEXT' | 'LIST' | 'MAP' | 'JSON' | 'UNKNOWN';

/** Kinds of the names that the macros around an expression define. */
export type Scope = ReadonlyMap<string, OperandKind>;

/** The kind of an expression within a scope. */
export function operandKind(expression: Expression, scope: Scope): OperandKind {
  const { case: kind, value } = expression.exprKind;
  switch (kind) {
    case 'constExpr':
      return constantKinds.get(value.constantKind.case ?? '') ?? 'UNKNOWN';
    case 'identExpr':
      return scope.get(value.name) ?? kindOfVariable(value.name);
    case 'selectExpr':
      if (value.testOnly) return 'BOOL';
      return value.operand === undefined ? 'UNKNOWN' : insideOf(operandKind(value.operand, scope));
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
export function insideOf(container: OperandKind): OperandKind {
  return container === 'JSON' ? 'JSON' : 'UNKNOWN';
}

const constantKinds: ReadonlyMap<string, OperandKind> = new Map([
  ['boolValue', 'BOOL'],
  ['int64Value', 'INT'],
  ['doubleValue', 'DOUBLE'],
  ['stringValue', 'TEXT'],
]);

const functionKinds: ReadonlyMap<string, OperandKind> = new Map([
  ...['!_', '_&&_', '_||_', '_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_', '@in'].map((name) => [name, 'BOOL'] as const),
  ...['bool', 'contains', 'startsWith', 'endsWith', 'matches'].map((name) => [name, 'BOOL'] as const),
  ...['int', 'size'].map((name) => [name, 'INT'] as const),
  ['double', 'DOUBLE'],
  ['string', 'TEXT'],
]);

function kindOfVariable(name: string): OperandKind {
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

function kindOfCall(call: Call, scope: Scope): OperandKind {
  const [first, second, third] = call.args;
  if (call.function === operators.index) return first === undefined ? 'UNKNOWN' : insideOf(operandKind(first, scope));
  if (call.function === operators.negate) return first === undefined ? 'UNKNOWN' : operandKind(first, scope);
  if (call.function === operators.choice) return common(second, third, scope);
  if (arithmetic.has(call.function)) return result(first, second, scope);
  return functionKinds.get(call.function) ?? 'UNKNOWN';
}

function common(left: Expression | undefined, right: Expression | undefined, scope: Scope): OperandKind {
  if (left === undefined || right === undefined) return 'UNKNOWN';
  const kind = operandKind(left, scope);
  return operandKind(right, scope) === kind ? kind : 'UNKNOWN';
}

/** Both operands of an operation must have one type, so one that is known tells what a JSON value beside it must be. */
function result(left: Expression | undefined, right: Expression | undefined, scope: Scope): OperandKind {
  if (left === undefined || right === undefined) return 'UNKNOWN';
  const kinds = [operandKind(left, scope), operandKind(right, scope)] as const;
  if (kinds[0] === kinds[1]) return kinds[0];
  if (kinds[0] === 'JSON' && kinds[1] !== 'INT') return kinds[1];
  if (kinds[1] === 'JSON' && kinds[0] !== 'INT') return kinds[0];
  return 'UNKNOWN';
}

/** `map` and `filter` fold into a list; `exists`, `all` and `exists_one` end in a bool. */
function kindOfMacro(macro: Comprehension): OperandKind {
  if (macro.result === undefined) return 'UNKNOWN';
  if (callOf(macro.result) !== undefined) return 'BOOL';
  if (identifierOf(macro.result) === undefined || macro.accuInit === undefined) return 'UNKNOWN';
  return operandKind(macro.accuInit, new Map());
}
