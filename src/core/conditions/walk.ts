import { type Expression, getComprehension } from './expression';
import { getMemberKind, inferKind, type Scope } from './operand-kind';

/** An expression with what surrounds it. */
export interface ExpressionContext {
  readonly expression: Expression;
  /** Names that the macros around it define. */
  readonly scope: Scope;
  /** 1 for the whole condition. */
  readonly depth: number;
  /** Macros whose body it is in. */
  readonly macroDepth: number;
}

/** Visits an expression and everything in it, in the order of the text, a parent before its children. */
export function walkExpression(expression: Expression, visit: (place: ExpressionContext) => void): void {
  walkFrom({ expression, scope: new Map(), depth: 1, macroDepth: 0 }, visit);
}

function walkFrom(place: ExpressionContext, visit: (place: ExpressionContext) => void): void {
  visit(place);
  for (const child of childrenOf(place)) walkFrom(child, visit);
}

function childrenOf(place: ExpressionContext): readonly ExpressionContext[] {
  if (getComprehension(place.expression) !== undefined) return partsOfMacro(place);
  return partsOf(place.expression).map((expression) => ({ ...place, expression, depth: place.depth + 1 }));
}

function partsOf({ exprKind }: Expression): readonly Expression[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return present(exprKind.value.operand);
    case 'callExpr':
      return [...present(exprKind.value.target), ...exprKind.value.args];
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return exprKind.value.entries.flatMap(({ keyKind, value }) => [
        ...(keyKind.case === 'mapKey' ? [keyKind.value] : []),
        ...present(value),
      ]);
    default:
      return [];
  }
}

/** The range is outside of the macro's variable, the body inside. */
function partsOfMacro(place: ExpressionContext): readonly ExpressionContext[] {
  const macro = getComprehension(place.expression);
  if (macro === undefined) return [];
  const depth = place.depth + 1;
  const range = macro.iterRange;
  const element = range === undefined ? 'UNKNOWN' : getMemberKind(inferKind(range, place.scope));
  const scope: Scope = new Map([...place.scope, [macro.accuVar, 'UNKNOWN'], [macro.iterVar, element]]);
  return [
    ...present(range).map((expression) => ({ ...place, expression, depth })),
    ...[macro.accuInit, macro.loopCondition, macro.loopStep, macro.result]
      .flatMap(present)
      .map((expression) => ({ expression, scope, depth, macroDepth: place.macroDepth + 1 })),
  ];
}

function present(expression: Expression | undefined): readonly Expression[] {
  return expression === undefined ? [] : [expression];
}
