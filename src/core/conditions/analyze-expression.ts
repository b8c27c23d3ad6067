import type { ConditionReads } from './condition';
import { getVariableKind, isVariableName, type VariableKind } from './condition-variables';
import {
  arithmeticOperators,
  type Call,
  type Comprehension,
  type Expression,
  getCall,
  getComprehension,
  getIdentifier,
  getStringLiteral,
  operators,
} from './expression';

/**
 * The type of an expression, as far as it can be inferred without evaluation. JSON: a value read from fields; its numbers are always
 * doubles. UNKNOWN: any other type.
 */
export type ExpressionKind = 'BOOL' | 'INT' | 'DOUBLE' | 'TEXT' | 'LIST' | 'MAP' | 'JSON' | 'UNKNOWN';

/** Maps the variables that enclosing macros define to their kinds. */
export type Scope = ReadonlyMap<string, ExpressionKind>;

/** Infers the kind of an expression within a scope; UNKNOWN if the expression is undefined. */
export function inferKind(expression: Expression | undefined, scope: Scope): ExpressionKind {
  if (expression === undefined) return 'UNKNOWN';
  const { case: kind, value } = expression.exprKind;
  switch (kind) {
    case 'constExpr':
      return constantKinds.get(value.constantKind.case ?? '') ?? 'UNKNOWN';
    case 'identExpr':
      return scope.get(value.name) ?? inferVariableKind(value.name);
    case 'selectExpr':
      if (value.testOnly) return 'BOOL';
      return getMemberKind(inferKind(value.operand, scope));
    case 'callExpr':
      return inferCallKind(value, scope);
    case 'listExpr':
      return 'LIST';
    case 'structExpr':
      return 'MAP';
    case 'comprehensionExpr':
      return inferMacroKind(value);
    case undefined:
      return 'UNKNOWN';
  }
}

/** Returns the kind of an element or member of a container. */
function getMemberKind(container: ExpressionKind): ExpressionKind {
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

const variableKinds: Readonly<Record<VariableKind, ExpressionKind>> = {
  FIELDS: 'JSON',
  JSON: 'JSON',
  TEXT: 'TEXT',
  NAMES: 'LIST',
  COUNT: 'INT',
  SCORE: 'DOUBLE',
};

function inferVariableKind(name: string): ExpressionKind {
  const kind = getVariableKind(name);
  return kind === undefined ? 'UNKNOWN' : variableKinds[kind];
}

function inferCallKind(call: Call, scope: Scope): ExpressionKind {
  const [first, second, third] = call.args;
  if (call.function === operators.index) return getMemberKind(inferKind(first, scope));
  if (call.function === operators.negate) return inferKind(first, scope);
  if (call.function === operators.conditional) return inferBranchKind(second, third, scope);
  if (arithmeticOperators.has(call.function)) return inferArithmeticKind(first, second, scope);
  return functionKinds.get(call.function) ?? 'UNKNOWN';
}

function inferBranchKind(left: Expression | undefined, right: Expression | undefined, scope: Scope): ExpressionKind {
  const kind = inferKind(left, scope);
  return inferKind(right, scope) === kind ? kind : 'UNKNOWN';
}

/** Both operands must have the same type, so a known type determines the type of a JSON operand. */
function inferArithmeticKind(
  left: Expression | undefined,
  right: Expression | undefined,
  scope: Scope,
): ExpressionKind {
  const [leftKind, rightKind] = [inferKind(left, scope), inferKind(right, scope)];
  if (leftKind === rightKind) return leftKind;
  if (leftKind === 'JSON' && rightKind !== 'INT') return rightKind;
  if (rightKind === 'JSON' && leftKind !== 'INT') return leftKind;
  return 'UNKNOWN';
}

/** `map` and `filter` return a list; `exists`, `all` and `exists_one` return a bool. */
function inferMacroKind(macro: Comprehension): ExpressionKind {
  if (getCall(macro.result) !== undefined) return 'BOOL';
  return getIdentifier(macro.result) === undefined ? 'UNKNOWN' : inferKind(macro.accuInit, new Map());
}

/** An expression with its scope and nesting. */
export interface ExpressionContext {
  readonly expression: Expression;
  readonly scope: Scope;
  /** Level in the expression tree; 1 for the whole condition. */
  readonly depth: number;
  /** Number of macros whose body contains the expression. */
  readonly macroDepth: number;
}

/** Visits an expression and its descendants in text order, parents before children. */
export function walkExpression(expression: Expression, visit: (context: ExpressionContext) => void): void {
  walk({ expression, scope: new Map(), depth: 1, macroDepth: 0 }, visit);
}

function walk(context: ExpressionContext, visit: (context: ExpressionContext) => void): void {
  visit(context);
  for (const child of listChildren(context)) walk(child, visit);
}

function listChildren(context: ExpressionContext): readonly ExpressionContext[] {
  const { expression } = context;
  const macro = getComprehension(expression);
  if (macro !== undefined) return listMacroChildren(macro, context);
  return listOperands(expression).map((child) => ({ ...context, expression: child, depth: context.depth + 1 }));
}

function listOperands({ exprKind }: Expression): readonly Expression[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return toList(exprKind.value.operand);
    case 'callExpr':
      return [...toList(exprKind.value.target), ...exprKind.value.args];
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return exprKind.value.entries.flatMap(({ keyKind, value }) => [
        ...(keyKind.case === 'mapKey' ? [keyKind.value] : []),
        ...toList(value),
      ]);
    case 'constExpr':
    case 'identExpr':
    case 'comprehensionExpr':
    case undefined:
      return [];
  }
}

/** Lists the parts of a macro. The range is outside the scope of the macro's variable; the body is inside. */
function listMacroChildren(
  { iterRange: range, iterVar, accuVar, accuInit, loopCondition, loopStep, result }: Comprehension,
  { scope: outer, depth: macroLevel, macroDepth }: ExpressionContext,
): readonly ExpressionContext[] {
  const depth = macroLevel + 1;
  const elementKind = getMemberKind(inferKind(range, outer));
  const inner: Scope = new Map([...outer, [accuVar, 'UNKNOWN'], [iterVar, elementKind]]);
  return [
    ...toList(range).map((expression) => ({ expression, scope: outer, depth, macroDepth })),
    ...[accuInit, loopCondition, loopStep, result]
      .flatMap(toList)
      .map((expression) => ({ expression, scope: inner, depth, macroDepth: macroDepth + 1 })),
  ];
}

function toList(expression: Expression | undefined): readonly Expression[] {
  return expression === undefined ? [] : [expression];
}

export interface ExpressionReads extends ConditionReads {
  /** Keys of `data` whose value is read and not only tested with `has()`, in the order of first use. */
  readonly requiredKeys: readonly string[];
}

/** Finds what an expression reads (3.3). Names that a macro defines shadow the variables of the same name. */
export function findReads(expression: Expression): ExpressionReads {
  const dataKeys = new Set<string>();
  const requiredKeys = new Set<string>();
  const testedKeys = new Set<string>();
  const variables = new Set<string>();
  const keyedReads = new Set<Expression>();
  let hasDynamicDataReads = false;

  walkExpression(expression, (context) => {
    const read = findDataKeyRead(context);
    if (read !== undefined) {
      dataKeys.add(read.key);
      (read.isRequired ? requiredKeys : testedKeys).add(read.key);
      keyedReads.add(read.data);
    }
    const name = getIdentifier(context.expression);
    if (name === undefined || context.scope.has(name) || !isVariableName(name)) return;
    variables.add(name);
    if (name === 'data' && !keyedReads.has(context.expression)) hasDynamicDataReads = true;
  });
  return {
    dataKeys: [...dataKeys],
    requiredKeys: [...requiredKeys],
    untestedKeys: [...requiredKeys].filter((key) => !testedKeys.has(key)),
    variables: [...variables],
    hasDynamicDataReads,
  };
}

interface DataKeyRead {
  readonly key: string;
  /** False if only the presence of the key is tested. */
  readonly isRequired: boolean;
  /** The expression of the identifier `data`. */
  readonly data: Expression;
}

/**
 * Finds the key that an expression reads from `data`: `data.age`, `has(data.age)`, `data['age']` or `'age' in data`. Undefined for every
 * other use of `data`.
 */
export function findDataKeyRead({ expression, scope }: ExpressionContext): DataKeyRead | undefined {
  if (scope.has('data')) return undefined;
  if (expression.exprKind.case === 'selectExpr') {
    const { operand, field, testOnly } = expression.exprKind.value;
    return toDataKeyRead(operand, field, !testOnly);
  }
  const call = getCall(expression);
  if (call?.function === operators.index) return toDataKeyRead(call.args[0], getStringLiteral(call.args[1]), true);
  if (call?.function === operators.in) return toDataKeyRead(call.args[1], getStringLiteral(call.args[0]), false);
  return undefined;
}

function toDataKeyRead(
  data: Expression | undefined,
  key: string | undefined,
  isRequired: boolean,
): DataKeyRead | undefined {
  if (data === undefined || key === undefined || getIdentifier(data) !== 'data') return undefined;
  return { key, isRequired, data };
}
