import type { parse } from '@bufbuild/cel';

/** A node of a parsed condition, as the CEL library (and the protobuf of the CEL specification) has it. */
export type Expression = ReturnType<typeof parse>['expr'];

type KindOf<Case extends Expression['exprKind']['case']> = Extract<Expression['exprKind'], { case: Case }>;
/** The parts of a call: function name, arguments, and the target of `target.f(...)`. Operators are calls such as `_+_`. */
export type Call = NonNullable<KindOf<'callExpr'>['value']>;
/** The parts of `operand.field`, with `testOnly` for `has(operand.field)`. */
export type Select = NonNullable<KindOf<'selectExpr'>['value']>;
/** The parts of a map literal. */
export type MapLiteral = NonNullable<KindOf<'structExpr'>['value']>;
/** What a macro becomes: a fold of `loopStep` over `iterRange`. */
export type Comprehension = NonNullable<KindOf<'comprehensionExpr'>['value']>;

/** The name of the variable in which the parser folds a macro's result; no author can write it. */
export const accumulator = '@result';

/** Names of the operators, as the parser writes them. */
export const operators = {
  and: '_&&_',
  or: '_||_',
  not: '!_',
  choice: '_?_:_',
  index: '_[_]',
  in: '@in',
  add: '_+_',
  negate: '-_',
} as const;

/** The operators that calculate, in the author's spelling. */
export const arithmeticOperators: ReadonlyMap<string, string> = new Map([
  ['_+_', '+'],
  ['_-_', '-'],
  ['_*_', '*'],
  ['_/_', '/'],
  ['_%_', '%'],
]);

export function getCall(expression: Expression): Call | undefined {
  return expression.exprKind.case === 'callExpr' ? expression.exprKind.value : undefined;
}

export function getComprehension(expression: Expression): Comprehension | undefined {
  return expression.exprKind.case === 'comprehensionExpr' ? expression.exprKind.value : undefined;
}

/** The name that a lone identifier reads. */
export function getIdentifier(expression: Expression | undefined): string | undefined {
  return expression?.exprKind.case === 'identExpr' ? expression.exprKind.value.name : undefined;
}

/** The text of a string literal. */
export function getStringLiteral(expression: Expression | undefined): string | undefined {
  if (expression?.exprKind.case !== 'constExpr') return undefined;
  const { constantKind } = expression.exprKind.value;
  return constantKind.case === 'stringValue' ? constantKind.value : undefined;
}

/** A call of one of our own functions in place of an expression, under its id. */
export function replaceWithCall(expression: Expression, name: string, args: Expression[]): Expression {
  return {
    $typeName: 'cel.expr.Expr',
    id: expression.id,
    exprKind: { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } },
  };
}

/** A string literal in place of an expression, under its id. */
export function replaceWithString(expression: Expression, value: string): Expression {
  return {
    $typeName: 'cel.expr.Expr',
    id: expression.id,
    exprKind: {
      case: 'constExpr',
      value: { $typeName: 'cel.expr.Constant', constantKind: { case: 'stringValue', value } },
    },
  };
}
