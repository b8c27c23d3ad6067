import { findNearestName } from '../model/nearest-name';
import {
  type ExpressionContext,
  type ExpressionKind,
  inferKind,
  type Scope,
  walkExpression,
} from './analyze-expression';
import type { ConditionFinding, ConditionLimits } from './condition';
import {
  arithmeticOperators,
  type Call,
  type Expression,
  getCall,
  getIdentifier,
  getStringLiteral,
} from './expression';
import { createDepthFinding, type ParsedCondition } from './parse-condition';
import { findPatternError, getOverloads, getPatternSize } from './standard-functions';

/** A finding without its position, which `checkCondition` adds. */
type ExpressionFinding = Omit<ConditionFinding, 'line' | 'column'>;

/** Checks one expression of a condition. */
type ExpressionCheck = (context: ExpressionContext, rules: CheckRules) => ExpressionFinding | undefined;

/** What an expression may use. */
export interface CheckRules {
  readonly limits: ConditionLimits;
  /** The names of its variables, in the order in which messages list them. */
  readonly variableNames: readonly string[];
}

/** A longer list of findings does not help the author of a condition. */
const maxFindings = 20;

/**
 * Checks a parsed condition without evaluating it. Findings are in text order, at most `maxFindings`; if there are more, errors come
 * before warnings.
 */
export function checkCondition(
  { expression, getPosition }: ParsedCondition,
  rules: CheckRules,
): readonly ConditionFinding[] {
  const findings = new Map<string, ConditionFinding>();
  const report = (finding: ExpressionFinding | undefined, location: Expression): void => {
    if (finding === undefined) return;
    const locatedFinding: ConditionFinding = { ...finding, ...getPosition(location) };
    const key = getDeduplicationKey(locatedFinding);
    if (!findings.has(key)) findings.set(key, locatedFinding);
  };

  walkExpression(expression, (context) => {
    for (const check of expressionChecks) report(check(context, rules), context.expression);
  });
  report(checkResult(expression), expression);
  return prioritizeErrors([...findings.values()]);
}

function prioritizeErrors(findings: readonly ConditionFinding[]): readonly ConditionFinding[] {
  if (findings.length <= maxFindings) return findings;
  const errors = findings.filter(({ severity }) => severity === 'ERROR');
  return [...errors, ...findings.filter(({ severity }) => severity === 'WARNING')].slice(0, maxFindings);
}

/**
 * Returns the key by which equal findings are reported once. Every level beyond the depth limit has a finding, so these findings share one
 * key.
 */
function getDeduplicationKey({ code, message, line, column }: ConditionFinding): string {
  return code.endsWith('TOO_DEEP') ? code : `${code} ${line} ${column} ${message}`;
}

function checkResult(expression: Expression): ExpressionFinding | undefined {
  const kind = inferKind(expression, new Map());
  const type = kind === undefined ? undefined : nonBoolTypes[kind];
  if (type === undefined) return undefined;
  const message = `The condition returns ${type} and not a bool, so it is always FALSE. Compare the value, for example with '=='.`;
  return { severity: 'WARNING', code: 'NOT_A_BOOL', message };
}

/** Describes the kinds that are never a bool; undefined for all other kinds. */
const nonBoolTypes: Readonly<Record<ExpressionKind, string | undefined>> = {
  BOOL: undefined,
  INT: 'an int',
  DOUBLE: 'a double',
  TEXT: 'a string',
  LIST: 'a list',
  MAP: 'a map',
  JSON: undefined,
};

/** Checks depth, nesting of macros, size of literals and range of integers. */
const checkSize: ExpressionCheck = (context, { limits }) =>
  checkDepth(context, limits) ?? checkLiteral(context.expression, limits) ?? checkInteger(context.expression);

function checkDepth({ depth, macroDepth }: ExpressionContext, limits: ConditionLimits): ExpressionFinding | undefined {
  if (depth > limits.maxDepth) return createDepthFinding(limits.maxDepth);
  if (macroDepth > limits.maxMacroDepth) {
    const message = `Macros are nested more than ${limits.maxMacroDepth} levels deep. Simplify the condition.`;
    return { severity: 'ERROR', code: 'MACROS_TOO_DEEP', message };
  }
  return undefined;
}

function checkLiteral(expression: Expression, limits: ConditionLimits): ExpressionFinding | undefined {
  const size = getLiteralSize(expression);
  if (size <= limits.maxLiteralSize) return undefined;
  const message = `The literal has ${size} elements; the limit is ${limits.maxLiteralSize}. Shorten it.`;
  return { severity: 'ERROR', code: 'LIST_TOO_LONG', message };
}

function getLiteralSize({ exprKind }: Expression): number {
  if (exprKind.case === 'listExpr') return exprKind.value.elements.length;
  return exprKind.case === 'structExpr' ? exprKind.value.entries.length : 0;
}

const minInt = -(2n ** 63n);
const maxInt = 2n ** 63n - 1n;
const maxUint = 2n ** 64n - 1n;

/** Checks the range of an integer, because the parser accepts integers of any length. */
function checkInteger({ exprKind }: Expression): ExpressionFinding | undefined {
  if (exprKind.case !== 'constExpr') return undefined;
  const { case: kind, value } = exprKind.value.constantKind;
  const isInRange =
    kind === 'int64Value' ? value >= minInt && value <= maxInt : kind === 'uint64Value' ? value <= maxUint : true;
  if (isInRange) return undefined;
  const message = 'The integer does not fit in 64 bits. Use a smaller number or a double.';
  return { severity: 'ERROR', code: 'CONDITION_SYNTAX', message };
}

/** Checks variables, functions and types. The library reports unknown names only at evaluation. */
const checkNames: ExpressionCheck = ({ expression, scope }, { variableNames }) => {
  const name = getIdentifier(expression);
  if (name !== undefined) return checkVariable(name, scope, variableNames);
  const call = getCall(expression);
  if (call !== undefined) return checkFunction(call);
  return checkType(expression);
};

/** Type names are values in CEL: `type(data.age) == double`. */
const typeNames = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

function checkVariable(name: string, scope: Scope, variableNames: readonly string[]): ExpressionFinding | undefined {
  if (scope.has(name) || variableNames.includes(name) || typeNames.has(name)) return undefined;
  const nearest = findNearestName(name, [...scope.keys(), ...variableNames]);
  const fix = nearest === undefined ? `Use one of: ${variableNames.join(', ')}.` : `Did you mean ${quote(nearest)}?`;
  const message = `Unknown variable ${quote(name)}. ${fix}`;
  return { severity: 'ERROR', code: 'UNKNOWN_VARIABLE', message };
}

/** Matches the name of a function that the author wrote. The parser's names for operators are not identifiers. */
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

const macroUsages: ReadonlyMap<string, string> = new Map([
  ['has', 'has(data.field)'],
  ['exists', 'list.exists(item, test)'],
  ['exists_one', 'list.exists_one(item, test)'],
  ['all', 'list.all(item, test)'],
  ['map', 'list.map(item, value)'],
  ['filter', 'list.filter(item, test)'],
]);

function checkFunction(call: Call): ExpressionFinding | undefined {
  if (!identifier.test(call.function)) return undefined;
  const overloads = getOverloads(call.function);
  const isMethod = call.target !== undefined;
  const isDefined = overloads.some((overload) => overload.isMethod === isMethod && overload.arity === call.args.length);
  if (isDefined) return undefined;
  return { severity: 'ERROR', code: 'UNKNOWN_FUNCTION', message: describeUnknownCall(call, overloads.length > 0) };
}

function describeUnknownCall(call: Call, hasOverloads: boolean): string {
  const usage = macroUsages.get(call.function);
  if (usage !== undefined) return `${quote(call.function)} is a macro. Write it as ${usage}.`;
  if (!hasOverloads) return `Unknown function ${quote(call.function)}. Use a standard function of CEL.`;
  const form = call.target === undefined ? 'function' : 'method';
  const { length } = call.args;
  return `${quote(call.function)} is not a ${form} with ${length} ${length === 1 ? 'argument' : 'arguments'}.`;
}

function checkType({ exprKind }: Expression): ExpressionFinding | undefined {
  if (exprKind.case !== 'structExpr' || exprKind.value.messageName === '') return undefined;
  const message = `A condition cannot create the message ${quote(exprKind.value.messageName)}. Use a map literal.`;
  return { severity: 'ERROR', code: 'UNKNOWN_TYPE', message };
}

function quote(name: string): string {
  return `'${name.length > 60 ? `${name.slice(0, 60)}...` : name}'`;
}

/**
 * Checks regular expressions. The cost of matching is proportional to the length of the text times the size of the expression. The
 * expression must therefore be a literal that can be checked here, never a value from the customer.
 */
const checkPattern: ExpressionCheck = ({ expression }, { limits }) => {
  const call = getCall(expression);
  if (call?.function !== 'matches' || call.target === undefined || call.args.length !== 1) return undefined;
  const pattern = getStringLiteral(call.args[0]);
  const message =
    pattern === undefined
      ? 'The regular expression of matches() must be a string literal.'
      : findPatternProblem(pattern, limits);
  return message === undefined ? undefined : { severity: 'ERROR', code: 'PATTERN', message };
};

function findPatternProblem(pattern: string, limits: ConditionLimits): string | undefined {
  if (pattern.length > limits.maxPatternLength) {
    return `The regular expression has ${pattern.length} characters; the limit is ${limits.maxPatternLength}. Shorten it.`;
  }
  const error = findPatternError(pattern);
  if (error !== undefined) return `The regular expression is invalid: ${error}.`;
  const size = getPatternSize(pattern);
  if (size <= limits.maxPatternSize) return undefined;
  return `The regular expression has ${size} characters after its repetitions are expanded; the limit is ${limits.maxPatternSize}. Reduce the repetitions.`;
}

/**
 * Finds calculations that always fail at evaluation: CEL does not mix ints and doubles, JSON numbers are doubles, and `%` requires ints.
 * A WARNING, because the text is valid CEL.
 */
const checkArithmetic: ExpressionCheck = ({ expression, scope, depth }, { limits }) => {
  // Inferring the kinds of operands takes time proportional to their depth.
  if (depth > limits.maxDepth) return undefined;
  const call = getCall(expression);
  const operator = call === undefined ? undefined : arithmeticOperators.get(call.function);
  if (call === undefined || operator === undefined) return undefined;
  const kinds = call.args.map((operand) => inferKind(operand, scope));
  const problem = findArithmeticProblem(operator, kinds);
  if (problem === undefined) return undefined;
  return { severity: 'WARNING', code: 'INTEGER_ARITHMETIC', message: `'${operator}' fails at evaluation: ${problem}` };
};

function findArithmeticProblem(operator: string, kinds: readonly (ExpressionKind | undefined)[]): string | undefined {
  if (operator === '%' && kinds.some((kind) => kind === 'JSON' || kind === 'DOUBLE')) {
    return 'it requires ints. Convert the operands with int(...).';
  }
  if (!kinds.includes('INT')) return undefined;
  const fix = 'Write 1.0 instead of 1, or convert an operand with int(...) or double(...).';
  if (kinds.includes('JSON')) return `numbers in fields are doubles and the other operand is an int. ${fix}`;
  return kinds.includes('DOUBLE') ? `one operand is a double and the other is an int. ${fix}` : undefined;
}

const expressionChecks: readonly ExpressionCheck[] = [checkSize, checkNames, checkPattern, checkArithmetic];
