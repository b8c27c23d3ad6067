import type { ConditionReads } from './condition';
import { getVariableKind, isVariableName, type VariableKind } from './condition-variables';
import {
  arithmeticOperators,
  type Call,
  type Comprehension,
  type Expression,
  getCall,
  getIdentifier,
  getStringLiteral,
  operators,
} from './expression';

/** The type of an expression without its evaluation. JSON: a value read from fields; its numbers are always doubles. */
export type ExpressionKind = 'BOOL' | 'INT' | 'DOUBLE' | 'TEXT' | 'LIST' | 'MAP' | 'JSON';

/** Maps the variables that enclosing macros define to their kinds; undefined if the kind is not known. */
export type Scope = ReadonlyMap<string, ExpressionKind | undefined>;

/** Infers the kind of an expression within a scope; undefined if it cannot be inferred. */
export function inferKind(expression: Expression | undefined, scope: Scope): ExpressionKind | undefined {
  if (expression === undefined) return undefined;
  const { case: kind, value } = expression.exprKind;
  switch (kind) {
    case 'constExpr':
      return constantKinds.get(value.constantKind.case);
    case 'identExpr':
      return scope.has(value.name) ? scope.get(value.name) : inferVariableKind(value.name);
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
      return undefined;
  }
}

/** Returns the kind of an element or member of a container. */
function getMemberKind(container: ExpressionKind | undefined): ExpressionKind | undefined {
  return container === 'JSON' ? container : undefined;
}

const constantKinds: ReadonlyMap<string | undefined, ExpressionKind> = new Map([
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

function inferVariableKind(name: string): ExpressionKind | undefined {
  const kind = getVariableKind(name);
  return kind === undefined ? undefined : variableKinds[kind];
}

function inferCallKind(call: Call, scope: Scope): ExpressionKind | undefined {
  const [first, second, third] = call.args;
  if (call.function === operators.index) return getMemberKind(inferKind(first, scope));
  if (call.function === operators.negate) return inferKind(first, scope);
  if (call.function === operators.conditional) return inferBranchKind(second, third, scope);
  if (arithmeticOperators.has(call.function)) return inferArithmeticKind(first, second, scope);
  return functionKinds.get(call.function);
}

function inferBranchKind(
  left: Expression | undefined,
  right: Expression | undefined,
  scope: Scope,
): ExpressionKind | undefined {
  const kind = inferKind(left, scope);
  return inferKind(right, scope) === kind ? kind : undefined;
}

/** Both operands must have the same type, so a known type determines the type of a JSON operand. */
function inferArithmeticKind(
  left: Expression | undefined,
  right: Expression | undefined,
  scope: Scope,
): ExpressionKind | undefined {
  const [leftKind, rightKind] = [inferKind(left, scope), inferKind(right, scope)];
  if (leftKind === rightKind) return leftKind;
  if (leftKind === 'JSON' && rightKind !== 'INT') return rightKind;
  return rightKind === 'JSON' && leftKind !== 'INT' ? leftKind : undefined;
}

/** `map` and `filter` return a list; `exists`, `all` and `exists_one` return a bool. */
function inferMacroKind({ result, accuInit }: Comprehension): ExpressionKind | undefined {
  return getCall(result) === undefined ? inferKind(accuInit, new Map()) : 'BOOL';
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

type OperatorKind = Exclude<Expression['exprKind'], { case: 'comprehensionExpr' }>;

function listChildren(context: ExpressionContext): readonly ExpressionContext[] {
  const { exprKind } = context.expression;
  if (exprKind.case === 'comprehensionExpr') return listMacroChildren(exprKind.value, context);
  return listOperands(exprKind).map((child) => ({ ...context, expression: child, depth: context.depth + 1 }));
}

function listOperands(exprKind: OperatorKind): readonly Expression[] {
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
  const inner: Scope = new Map([...outer, [accuVar, undefined], [iterVar, elementKind]]);
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
