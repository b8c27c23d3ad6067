import type { Allowance } from '../model/allowance';
import type { ConditionResult } from '../model/condition-result';
import type { ConditionVariables, FieldRuleVariables } from './condition-variables';

/** What the text of a condition reads, found at compile time (3.3). */
export interface ConditionReads {
  /**
   * Keys of `data`, written as `data.age`, `data['age']`, `has(data.age)` or `'age' in data`, in the order of first use, without
   * duplicates.
   */
  readonly dataKeys: readonly string[];
  /** Those of `dataKeys` whose value is read and whose presence is not tested with `has()` or `in`. */
  readonly untestedKeys: readonly string[];
  /** Names of the variables, for example `outcome`, in the order of first use, without duplicates. */
  readonly variables: readonly string[];
  /** Whether the text reads keys of `data` that it does not name: `data[intent]`, or `data` as a whole. */
  readonly hasDynamicDataReads: boolean;
}

/** A comparison of a key of `data` with an expression whose type is known, for example `data.age > 17.0`. */
export interface DataComparison {
  readonly key: string;
  /** `==` also stands for `in` a list literal, once for each of its elements. */
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=';
  /** The type of the other operand. */
  readonly kind: 'BOOL' | 'INT' | 'DOUBLE' | 'TEXT' | 'LIST' | 'MAP';
  /** The value of the other operand, if it is a string literal. */
  readonly text: string | undefined;
  /** 1-based position in the text; undefined if the library does not report it. */
  readonly position: { readonly line: number; readonly column: number } | undefined;
}

/** A compiled condition. It is stateless and can be kept as long as its scenario. */
export interface Condition {
  readonly text: string;
  readonly reads: ConditionReads;
  /** Where it compares a key of `data` with a value whose type is known, in text order. */
  readonly comparisons: readonly DataComparison[];
  /**
   * Evaluates the condition: TRUE, FALSE, or UNKNOWN when the result depends on a missing key and the other operands of `||`, `&&` and `?:`
   * do not decide it (3.3, section 6). Any other failure is FALSE with `error`.
   *
   * @throws OrchestratorError WORK_LIMIT if the evaluation needs more work than the call has left. Throws nothing else.
   */
  evaluate(variables: ConditionVariables, allowance?: Allowance): ConditionResult;
}

/** A compiled rule of a field (section 10). It is evaluated as a condition is. */
export interface FieldRule extends Omit<Condition, 'evaluate' | 'comparisons'> {
  evaluate(variables: FieldRuleVariables, allowance?: Allowance): ConditionResult;
}

/** Codes of findings in the text of a condition. Each comment names the author's mistake. */
export type ConditionFindingCode =
  /** The text is not valid CEL. */
  | 'CONDITION_SYNTAX'
  /** The text exceeds `maxTextLength`. */
  | 'CONDITION_TOO_LONG'
  /** Expressions or brackets are nested deeper than `maxDepth`. */
  | 'CONDITION_TOO_DEEP'
  /** Macros are nested deeper than `maxMacroDepth`. */
  | 'MACROS_TOO_DEEP'
  /** A list or map literal exceeds `maxLiteralSize`. */
  | 'LIST_TOO_LONG'
  /** A name is neither a variable, nor a macro variable, nor a type. */
  | 'UNKNOWN_VARIABLE'
  /** CEL has no such function, or not with that number of arguments. */
  | 'UNKNOWN_FUNCTION'
  /** The condition creates a protobuf message. */
  | 'UNKNOWN_TYPE'
  /** A regular expression is invalid, too large, or not a literal. */
  | 'PATTERN'
  /** An operator combines an int and a double, which fails at evaluation. */
  | 'INTEGER_ARITHMETIC'
  /** The result of the condition is never a bool. */
  | 'NOT_A_BOOL';

/** A problem in the text of a condition. An ERROR rejects the condition, a WARNING does not. */
export interface ConditionFinding {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: ConditionFindingCode;
  /** What is wrong and how to fix it. */
  readonly message: string;
  /** 1-based; absent when the finding concerns the whole text. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units; present whenever `line` is. */
  readonly column?: number;
}

/** Limits of a condition. CEL has no cost limit, so text, nesting, lists and evaluation cost are bounded here (section 6). */
export interface ConditionLimits {
  /** Maximum length of the text, in UTF-16 code units. */
  readonly maxTextLength: number;
  /**
   * Maximum number of levels of the expression tree: `data.age > 18` has three, a macro adds about three. Also the maximum number of
   * brackets inside one another.
   */
  readonly maxDepth: number;
  /** Maximum nesting of macros (`exists`, `all`, `map`, `filter` ...); 1 means that no macro may contain another. */
  readonly maxMacroDepth: number;
  /** Maximum number of elements of one list or map literal. */
  readonly maxLiteralSize: number;
  /** Maximum number of elements of a list or map that a macro iterates over or `in` searches, at evaluation. */
  readonly maxListSize: number;
  /** Maximum length of a regular expression, in UTF-16 code units. */
  readonly maxPatternLength: number;
  /** Maximum number of characters of a regular expression with its counted repetitions expanded: `(ab){3}c` has 7. */
  readonly maxPatternSize: number;
  /**
   * Maximum cost of one evaluation, in units. One unit, about 0.1 us, is a field read, an iteration of a macro, a function argument in the
   * body of a macro, 32 characters, or 4 compared list elements.
   */
  readonly maxWork: number;
}

export const defaultConditionLimits: ConditionLimits = {
  maxTextLength: 2_000,
  maxDepth: 32,
  maxMacroDepth: 2,
  maxLiteralSize: 100,
  maxListSize: 1_000,
  maxPatternLength: 200,
  maxPatternSize: 500,
  maxWork: 50_000,
};
