import { findReads } from './analyze-expression';
import { resetBudget } from './budget';
import { checkCondition } from './check-condition';
import {
  type Condition,
  type ConditionFinding,
  type ConditionLimits,
  type ConditionReads,
  type ConditionResult,
  defaultConditionLimits,
} from './condition';
import type { ConditionVariables } from './condition-variables';
import { compileEvaluator, type Evaluation, type Evaluator } from './evaluator';
import type { Expression } from './expression';
import { isStackOverflow, parseCondition, tooDeepToParse } from './parse-condition';

/** The result of compiling a text. */
export interface ConditionCompilation {
  /** Absent if a finding is an ERROR. */
  readonly condition?: Condition;
  /** In text order, at most 20; if there are more, errors come before warnings. */
  readonly findings: readonly ConditionFinding[];
}

/**
 * Compiles the text of a condition (section 6): parses it, checks names, functions and sizes, and finds its reads. Takes a few hundred
 * microseconds, so compile a condition when its scenario is stored or loaded. Never throws.
 */
export function compileCondition(text: string, limits: ConditionLimits = defaultConditionLimits): ConditionCompilation {
  if (text.length > limits.maxTextLength) return { findings: [reportTextLength(text, limits)] };
  try {
    return compile(text, limits);
  } catch (error) {
    // Conditions within `maxDepth` do not overflow the stack, but the depth is only known after the text is parsed and walked.
    return { findings: [isStackOverflow(error) ? tooDeepToParse : rejectedByLibrary] };
  }
}

function compile(text: string, limits: ConditionLimits): ConditionCompilation {
  const result = parseCondition(text);
  if ('rejected' in result) return { findings: [result.rejected] };
  const findings = checkCondition(result.parsed, limits);
  if (findings.some(({ severity }) => severity === 'ERROR')) return { findings };
  return { condition: createCondition(text, result.parsed.expression, limits), findings };
}

function createCondition(text: string, expression: Expression, limits: ConditionLimits): Condition {
  const { dataKeys, untestedKeys, variables, hasDynamicDataReads } = findReads(expression);
  const reads: ConditionReads = { dataKeys, untestedKeys, variables, hasDynamicDataReads };
  const evaluator = compileEvaluator(expression);
  return { text, reads, evaluate: (values) => toResult(evaluate(evaluator, values, limits)) };
}

// V8 only. The ECMAScript types do not declare it, and other engines ignore it.
const errorConstructor: ErrorConstructor & { stackTraceLimit?: number | undefined } = Error;

/**
 * Evaluates without stack traces: every CEL error is an `Error`, and capturing a trace that is not used costs ten times as much as the
 * evaluation.
 */
function evaluate(
  evaluator: Evaluator<ConditionVariables>,
  variables: ConditionVariables,
  limits: ConditionLimits,
): Evaluation {
  const { stackTraceLimit } = errorConstructor;
  errorConstructor.stackTraceLimit = 0;
  try {
    resetBudget(limits);
    return evaluator(variables);
  } finally {
    errorConstructor.stackTraceLimit = stackTraceLimit;
  }
}

const trueResult: ConditionResult = { truth: 'TRUE', missingFields: [] };
const falseResult: ConditionResult = { truth: 'FALSE', missingFields: [] };

function toResult(evaluation: Evaluation): ConditionResult {
  switch (evaluation.truth) {
    case 'TRUE':
      return trueResult;
    case 'FALSE':
      return falseResult;
    case 'UNKNOWN':
      return { truth: 'UNKNOWN', missingFields: [...evaluation.missingFields].sort() };
    case 'ERROR':
      return { truth: 'FALSE', missingFields: [], error: evaluation.reason };
  }
}

function reportTextLength({ length }: string, { maxTextLength }: ConditionLimits): ConditionFinding {
  const message = `The condition has ${length} characters; the limit is ${maxTextLength}. Shorten it.`;
  return { severity: 'ERROR', code: 'CONDITION_TOO_LONG', message };
}

const rejectedByLibrary: ConditionFinding = {
  severity: 'ERROR',
  code: 'CONDITION_SYNTAX',
  message: 'The condition is not valid CEL: it cannot be compiled.',
};
