import { Allowance } from '../model/allowance';
import type { ConditionResult } from '../model/condition-result';
import { findReads } from './analyze-expression';
import { resetBudget, spendEvaluation } from './budget';
import { type CheckRules, checkCondition } from './check-condition';
import { findComparisons } from './comparisons';
import {
  type Condition,
  type ConditionFinding,
  type ConditionLimits,
  type ConditionReads,
  type DataComparison,
  defaultConditionLimits,
  type FieldRule,
} from './condition';
import { conditionVariableNames, type EvaluationVariables, fieldRuleVariableNames } from './condition-variables';
import { compileEvaluator, type Evaluation, type Evaluator } from './evaluator';
import { type ParsedCondition, parseCondition } from './parse-condition';

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
  const { compiled, findings } = compile(text, { limits, variableNames: conditionVariableNames });
  return compiled === undefined ? { findings } : { condition: compiled, findings };
}

/**
 * Returns the units of an allowance that compiling a text costs. It is an upper bound of the time, which grows with the length.
 */
export function getCompileWork(text: string): number {
  return 500 + 30 * Math.min(text.length, 2_000);
}

/** Compiles the rule of a field (section 10), whose variables are `value` and `data`. Otherwise as `compileCondition`. */
export function compileFieldRule(
  text: string,
  limits: ConditionLimits = defaultConditionLimits,
): { readonly rule?: FieldRule; readonly findings: readonly ConditionFinding[] } {
  const { compiled, findings } = compile(text, { limits, variableNames: fieldRuleVariableNames });
  return compiled === undefined ? { findings } : { rule: compiled, findings };
}

/** An expression that was checked. It is evaluated with the variables that it was checked for. */
interface CompiledText {
  readonly text: string;
  readonly reads: ConditionReads;
  readonly comparisons: readonly DataComparison[];
  evaluate(variables: EvaluationVariables, allowance?: Allowance): ConditionResult;
}

interface Compilation {
  readonly compiled?: CompiledText;
  readonly findings: readonly ConditionFinding[];
}

function compile(text: string, rules: CheckRules): Compilation {
  if (text.length > rules.limits.maxTextLength) return { findings: [reportTextLength(text, rules.limits)] };
  const result = parseCondition(text, rules.limits.maxDepth);
  if ('rejected' in result) return { findings: [result.rejected] };
  const findings = checkCondition(result.parsed, rules);
  if (findings.some(({ severity }) => severity === 'ERROR')) return { findings };
  return { compiled: createCondition(text, result.parsed, rules.limits), findings };
}

function createCondition(text: string, parsed: ParsedCondition, limits: ConditionLimits): CompiledText {
  const { expression } = parsed;
  const { dataKeys, untestedKeys, variables, hasDynamicDataReads } = findReads(expression);
  const reads: ConditionReads = { dataKeys, untestedKeys, variables, hasDynamicDataReads };
  const evaluator = compileEvaluator(expression);
  const comparisons = findComparisons(parsed);
  return {
    text,
    reads,
    comparisons,
    evaluate(values, allowance = unlimited) {
      const known = allowance.recall(text);
      if (known !== undefined) return known;
      const evaluated = toResult(evaluate(evaluator, values, limits, allowance));
      allowance.remember(text, evaluated);
      return evaluated;
    },
  };
}

/** The allowance of an evaluation outside a call, for example in the command line. */
const unlimited = new Allowance(Number.POSITIVE_INFINITY);

// V8 only. The ECMAScript types do not declare it, and other engines ignore it.
const errorConstructor: ErrorConstructor & { stackTraceLimit?: number | undefined } = Error;

/**
 * Evaluates without stack traces: every CEL error is an `Error`, and capturing a trace that is not used costs ten times as much as the
 * evaluation.
 */
function evaluate(
  evaluator: Evaluator<EvaluationVariables>,
  variables: EvaluationVariables,
  limits: ConditionLimits,
  allowance: Allowance,
): Evaluation {
  const { stackTraceLimit } = errorConstructor;
  errorConstructor.stackTraceLimit = 0;
  try {
    resetBudget(limits, allowance);
    const evaluation = evaluator(variables);
    spendEvaluation(limits, allowance);
    return evaluation;
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
