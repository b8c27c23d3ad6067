import type { parse } from '@bufbuild/cel';

/** A node of a parsed condition, as defined by the CEL library and the protobuf of the CEL specification. */
export type Expression = ReturnType<typeof parse>['expr'];

type Kind<Case extends Expression['exprKind']['case']> = Extract<Expression['exprKind'], { case: Case }>;
/** A call: function name, arguments, and the target of `target.f(...)`. Operators are calls such as `_+_`. */
export type Call = NonNullable<Kind<'callExpr'>['value']>;
/** A map literal. */
export type MapLiteral = NonNullable<Kind<'structExpr'>['value']>;
/** The expansion of a macro: a fold of `loopStep` over `iterRange`. */
export type Comprehension = NonNullable<Kind<'comprehensionExpr'>['value']>;

/** The variable in which the parser accumulates the result of a macro. Authors cannot write this name. */
export const accumulator = '@result';

/** Names of operators, as the parser writes them. */
export const operators = {
  and: '_&&_',
  or: '_||_',
  not: '!_',
  conditional: '_?_:_',
  index: '_[_]',
  in: '@in',
  add: '_+_',
  negate: '-_',
} as const;

/** Arithmetic operators, each with its notation in CEL. */
export const arithmeticOperators: ReadonlyMap<string, string> = new Map([
  ['_+_', '+'],
  ['_-_', '-'],
  ['_*_', '*'],
  ['_/_', '/'],
  ['_%_', '%'],
]);

export function getCall(expression: Expression | undefined): Call | undefined {
  return expression?.exprKind.case === 'callExpr' ? expression.exprKind.value : undefined;
}

/** Returns the name of an identifier; undefined for any other expression. */
export function getIdentifier(expression: Expression | undefined): string | undefined {
  return expression?.exprKind.case === 'identExpr' ? expression.exprKind.value.name : undefined;
}

/** Returns the value of a string literal; undefined for any other expression. */
export function getStringLiteral(expression: Expression | undefined): string | undefined {
  if (expression?.exprKind.case !== 'constExpr') return undefined;
  const { constantKind } = expression.exprKind.value;
  return constantKind.case === 'stringValue' ? constantKind.value : undefined;
}

/** Creates a function call with the id of the expression that it replaces. */
export function replaceWithCall(expression: Expression, name: string, args: Expression[]): Expression {
  return {
    $typeName: 'cel.expr.Expr',
    id: expression.id,
    exprKind: { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } },
  };
}

/** Creates a string literal with the id of the expression that it replaces. */
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
