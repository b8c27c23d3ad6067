import {
  type Condition,
  type ConditionResult,
  type ConditionVariables,
  compileCondition,
} from '../../../src/core/conditions';

/** Compiles a text; throws if it is rejected. */
export function compile(text: string): Condition {
  const { condition, findings } = compileCondition(text);
  if (condition === undefined) throw new Error(`${text}: ${findings.map(({ message }) => message).join(' ')}`);
  return condition;
}

export function evaluate(text: string, variables: ConditionVariables): ConditionResult {
  return compile(text).evaluate(variables);
}
