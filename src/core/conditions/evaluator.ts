import { type CelResult, celType, isCelError, plan } from '@bufbuild/cel';
import { findReads } from './analyze-expression';
import { createBinder, type EvaluationVariables } from './condition-variables';
import { describeError, isMissingKey } from './evaluation-errors';
import { type Expression, getCall, operators } from './expression';
import { environment } from './functions';
import { lowerExpression } from './lower-expression';

/**
 * The result of a part of a condition. An ERROR counts as FALSE only for the whole condition (section 6), because `||` and `&&` may not
 * need the part that failed.
 */
export type Evaluation =
  | { readonly truth: 'TRUE' | 'FALSE' }
  /** UNKNOWN lists the missing keys of `data`, without duplicates. */
  | { readonly truth: 'UNKNOWN'; readonly missingFields: readonly string[] }
  /** ERROR has a reason that contains no customer values. */
  | { readonly truth: 'ERROR'; readonly reason: string };

/** Evaluates a part of a condition on an input. */
export type Evaluator<Input> = (input: Input) => Evaluation;

/**
 * Compiles an expression. The outer `||`, `&&`, `!` and `?:` are evaluated here and their operands by the library. The library's own `||`
 * and `&&` do not support UNKNOWN and lose some of the errors that they merge.
 */
export function compileEvaluator(expression: Expression): Evaluator<EvaluationVariables> {
  const call = getCall(expression);
  const [first, second, third] = call?.args ?? [];
  switch (call?.function) {
    case operators.or:
      return or(call.args.map(compileEvaluator));
    case operators.and:
      return and(call.args.map(compileEvaluator));
    case operators.not:
      if (first !== undefined) return not(compileEvaluator(first));
      break;
    case operators.conditional:
      if (first !== undefined && second !== undefined && third !== undefined) {
        return conditional(compileEvaluator(first), compileEvaluator(second), compileEvaluator(third));
      }
      break;
  }
  return compileOperand(expression);
}

function compileOperand(expression: Expression): Evaluator<EvaluationVariables> {
  const evaluate = plan(environment, lowerExpression(expression));
  const { requiredKeys, variables: names } = findReads(expression);
  const bind = createBinder(names);
  return (variables) => toEvaluation(evaluate(bind(variables)), requiredKeys, variables);
}

const isTrue: Evaluation = { truth: 'TRUE' };
const isFalse: Evaluation = { truth: 'FALSE' };

function toEvaluation(result: CelResult, requiredKeys: readonly string[], { data }: EvaluationVariables): Evaluation {
  if (typeof result === 'boolean') return result ? isTrue : isFalse;
  if (!isCelError(result)) return { truth: 'ERROR', reason: `the result is a ${celType(result).name}, not a bool` };
  if (!isMissingKey(result)) return { truth: 'ERROR', reason: describeError(result) };
  return { truth: 'UNKNOWN', missingFields: requiredKeys.filter((key) => (data.get(key) ?? null) === null) };
}

/**
 * `||`: TRUE if any operand is TRUE; else UNKNOWN if any is UNKNOWN, because more data could make it TRUE; else ERROR if any is ERROR;
 * else FALSE. Operands are evaluated from left to right until one is TRUE.
 */
export function or<Input>(operands: readonly Evaluator<Input>[]): Evaluator<Input> {
  return (input) => evaluateAll(operands, input, isTrue, isFalse);
}

/** `&&`: FALSE if any operand is FALSE; else UNKNOWN if any is UNKNOWN; else ERROR if any is ERROR; else TRUE. */
export function and<Input>(operands: readonly Evaluator<Input>[]): Evaluator<Input> {
  return (input) => evaluateAll(operands, input, isFalse, isTrue);
}

function evaluateAll<Input>(
  operands: readonly Evaluator<Input>[],
  input: Input,
  decisive: Evaluation,
  otherwise: Evaluation,
): Evaluation {
  let combined: Evaluation = otherwise;
  for (const evaluate of operands) {
    const evaluation = evaluate(input);
    if (evaluation.truth === decisive.truth) return decisive;
    combined = combine(combined, evaluation);
  }
  return combined;
}

function combine(left: Evaluation, right: Evaluation): Evaluation {
  if (left.truth === 'UNKNOWN' && right.truth === 'UNKNOWN') {
    return { truth: 'UNKNOWN', missingFields: [...new Set([...left.missingFields, ...right.missingFields])] };
  }
  if (left.truth === 'UNKNOWN' || right.truth === 'UNKNOWN') return left.truth === 'UNKNOWN' ? left : right;
  return left.truth === 'ERROR' ? left : right;
}

/** `!`: UNKNOWN and ERROR stay unchanged. */
export function not<Input>(operand: Evaluator<Input>): Evaluator<Input> {
  return (input) => {
    const evaluation = operand(input);
    if (evaluation.truth === 'TRUE') return isFalse;
    return evaluation.truth === 'FALSE' ? isTrue : evaluation;
  };
}

/** `test ? ifTrue : ifFalse`: evaluates only the selected branch, and neither branch if the test is UNKNOWN or ERROR. */
export function conditional<Input>(
  test: Evaluator<Input>,
  ifTrue: Evaluator<Input>,
  ifFalse: Evaluator<Input>,
): Evaluator<Input> {
  return (input) => {
    const evaluation = test(input);
    if (evaluation.truth === 'TRUE') return ifTrue(input);
    return evaluation.truth === 'FALSE' ? ifFalse(input) : evaluation;
  };
}
