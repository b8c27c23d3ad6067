import { type CelResult, celType, isCelError, plan } from '@bufbuild/cel';
import { createBinder } from './bindings';
import type { ConditionVariables } from './condition-variables';
import { environment } from './environment';
import { and, conditional, type Evaluation, type Evaluator, not, or, toEvaluation } from './evaluation';
import { describeError, isMissingKey } from './evaluation-error';
import { type Expression, getCall, operators } from './expression';
import { lower } from './lower';
import { findReads } from './reads';

/**
 * Makes a condition's expression executable. Its outer `||`, `&&`, `!` and `?:` are decided here, on verdicts; what they connect
 * is evaluated by the library. The library's own `||` and `&&` know no UNKNOWN, and lose some of the errors that they merge.
 */
export function compileEvaluator(expression: Expression): Evaluator<ConditionVariables> {
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
    case operators.choice:
      if (first !== undefined && second !== undefined && third !== undefined) {
        return conditional(compileEvaluator(first), compileEvaluator(second), compileEvaluator(third));
      }
      break;
  }
  return judgeOfTest(expression);
}

function judgeOfTest(expression: Expression): Evaluator<ConditionVariables> {
  const evaluate = plan(environment, lower(expression));
  const { requiredKeys: neededKeys, variables: names } = findReads(expression);
  const bind = createBinder(names);
  return (variables) => verdictOn(evaluate(bind(variables)), neededKeys, variables);
}

function verdictOn(result: CelResult, neededKeys: readonly string[], { data }: ConditionVariables): Evaluation {
  if (typeof result === 'boolean') return toEvaluation(result);
  if (!isCelError(result)) return { truth: 'ERROR', reason: `the result is a ${celType(result).name} and no bool` };
  if (!isMissingKey(result)) return { truth: 'ERROR', reason: describeError(result) };
  return { truth: 'UNKNOWN', missing: neededKeys.filter((key) => (data.get(key) ?? null) === null) };
}
