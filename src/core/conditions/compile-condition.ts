import { resetBudget } from './budget';
import { checkCondition } from './check';
import type { Condition, ConditionReads, ConditionResult } from './condition';
import type { ConditionFinding } from './condition-finding';
import { type ConditionLimits, defaultConditionLimits } from './condition-limits';
import type { ConditionVariables } from './condition-variables';
import type { Evaluation, Evaluator } from './evaluation';
import { compileEvaluator } from './evaluator';
import type { Expression } from './expression';
import { findReads } from './reads';
import { isStackOverflow, parseCondition } from './syntax';

/** What compiling a text came to. */
export interface ConditionCompilation {
  /** Absent where a finding is an ERROR. */
  readonly condition?: Condition;
  /** In the order of the text; at most twenty, errors before warnings where there are more. */
  readonly findings: readonly ConditionFinding[];
}

/**
 * Compiles the text of a condition (section 6): parses it, checks names, functions and sizes, and finds what it reads. Meant for
 * when a scenario is stored and when a stored one is loaded; it takes some hundred microseconds. Never throws.
 */
export function compileCondition(text: string, limits: ConditionLimits = defaultConditionLimits): ConditionCompilation {
  if (text.length > limits.maxTextLength) return { findings: [tooLong(text, limits)] };
  try {
    return compile(text, limits);
  } catch (error) {
    // Below maxDepth nothing overflows the stack, but the depth is only known once the text is parsed and walked.
    return { findings: [isStackOverflow(error) ? tooDeep : refusedByLibrary] };
  }
}

function compile(text: string, limits: ConditionLimits): ConditionCompilation {
  const syntax = parseCondition(text);
  if ('refused' in syntax) return { findings: [syntax.refused] };
  const findings = checkCondition(syntax.parsed, limits);
  if (findings.some(({ severity }) => severity === 'ERROR')) return { findings };
  return { condition: conditionOf(text, syntax.parsed.expression, limits), findings };
}

function conditionOf(text: string, expression: Expression, limits: ConditionLimits): Condition {
  const { dataKeys, variables, hasDynamicDataReads: dynamicData } = findReads(expression);
  const reads: ConditionReads = { dataKeys, variables, hasDynamicDataReads: dynamicData };
  const judge = compileEvaluator(expression);
  return { text, reads, evaluate: (given) => resultOf(judged(judge, given, limits)) };
}

// A setting of V8, which the ECMAScript types do not declare; other engines ignore it.
const errorConstructor: ErrorConstructor & { stackTraceLimit?: number | undefined } = Error;

/** Every CEL error is an `Error` whose stack trace nobody reads, and which takes ten times as long as the evaluation. */
function judged(
  judge: Evaluator<ConditionVariables>,
  variables: ConditionVariables,
  limits: ConditionLimits,
): Evaluation {
  const { stackTraceLimit } = errorConstructor;
  errorConstructor.stackTraceLimit = 0;
  try {
    resetBudget(limits);
    return judge(variables);
  } finally {
    errorConstructor.stackTraceLimit = stackTraceLimit;
  }
}

const isTrue: ConditionResult = { truth: 'TRUE', missing: [] };
const isFalse: ConditionResult = { truth: 'FALSE', missing: [] };

function resultOf(verdict: Evaluation): ConditionResult {
  switch (verdict.truth) {
    case 'TRUE':
      return isTrue;
    case 'FALSE':
      return isFalse;
    case 'UNKNOWN':
      return { truth: 'UNKNOWN', missing: [...verdict.missing].sort() };
    case 'ERROR':
      return { truth: 'FALSE', missing: [], error: verdict.reason };
  }
}

function tooLong(text: string, { maxTextLength }: ConditionLimits): ConditionFinding {
  const message = `The condition has ${text.length} characters; at most ${maxTextLength} are allowed.`;
  return { severity: 'ERROR', code: 'CONDITION_TOO_LONG', message };
}

const tooDeep: ConditionFinding = {
  severity: 'ERROR',
  code: 'CONDITION_TOO_DEEP',
  message: 'The condition is nested too deeply.',
};

const refusedByLibrary: ConditionFinding = {
  severity: 'ERROR',
  code: 'CONDITION_SYNTAX',
  message: 'The condition is no CEL that can be evaluated.',
};
