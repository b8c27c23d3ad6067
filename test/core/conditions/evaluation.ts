import {
  type Condition,
  type ConditionResult,
  type ConditionVariables,
  compileCondition,
} from '../../../src/core/conditions';

/** Compiles a text that has no error in it. */
export function condition(text: string): Condition {
  const { condition: compiled, findings } = compileCondition(text);
  if (compiled === undefined) throw new Error(`${text}: ${findings.map(({ message }) => message).join(' ')}`);
  return compiled;
}

/** What a text says about some variables. */
export function evaluate(text: string, given: ConditionVariables): ConditionResult {
  return condition(text).evaluate(given);
}
