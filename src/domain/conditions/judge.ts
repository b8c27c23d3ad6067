import { type CelResult, celType, isCelError, plan } from '@bufbuild/cel';
import { binderOf } from './bindings';
import type { ConditionVariables } from './condition-variables';
import { environment } from './environment';
import { isMissingKey, reasonOf } from './evaluation-error';
import { callOf, type Expression, operators } from './expression';
import { lower } from './lower';
import { readsOf } from './reads';
import { allOf, anyOf, choice, type Judge, not, type Verdict, verdictOf } from './verdict';

/**
 * Makes a condition's expression executable. Its outer `||`, `&&`, `!` and `?:` are decided here, on verdicts; what they connect
 * is evaluated by the library. The library's own `||` and `&&` know no UNKNOWN, and lose some of the errors that they merge.
 */
export function judgeOf(expression: Expression): Judge<ConditionVariables> {
  const call = callOf(expression);
  const [first, second, third] = call?.args ?? [];
  switch (call?.function) {
    case operators.or:
      return anyOf(call.args.map(judgeOf));
    case operators.and:
      return allOf(call.args.map(judgeOf));
    case operators.not:
      if (first !== undefined) return not(judgeOf(first));
      break;
    case operators.choice:
      if (first !== undefined && second !== undefined && third !== undefined) {
        return choice(judgeOf(first), judgeOf(second), judgeOf(third));
      }
      break;
  }
  return judgeOfTest(expression);
}

function judgeOfTest(expression: Expression): Judge<ConditionVariables> {
  const evaluate = plan(environment, lower(expression));
  const { neededKeys, variables: names } = readsOf(expression);
  const bind = binderOf(names);
  return (variables) => verdictOn(evaluate(bind(variables)), neededKeys, variables);
}

function verdictOn(result: CelResult, neededKeys: readonly string[], { data }: ConditionVariables): Verdict {
  if (typeof result === 'boolean') return verdictOf(result);
  if (!isCelError(result)) return { truth: 'ERROR', reason: `the result is a ${celType(result).name} and no bool` };
  if (!isMissingKey(result)) return { truth: 'ERROR', reason: reasonOf(result) };
  return { truth: 'UNKNOWN', missing: neededKeys.filter((key) => (data.get(key) ?? null) === null) };
}
