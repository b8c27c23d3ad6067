/** What a condition may cost. CEL itself has no cost limit, so text, nesting, lists and work are bounded (section 6). */
export interface ConditionLimits {
  /** UTF-16 code units of the text. */
  readonly maxTextLength: number;
  /** Levels of the expression tree; `data.age > 18` has three, a macro adds about three. */
  readonly maxDepth: number;
  /** Macros (`exists`, `all`, `map`, `filter` ...) within the body of a macro; 1 allows none inside another. */
  readonly maxMacroDepth: number;
  /** Elements of one list or map literal. */
  readonly maxLiteralSize: number;
  /** Elements of a list or map that a macro runs over or `in` searches, when evaluated. */
  readonly maxListSize: number;
  /** UTF-16 code units of a regular expression. */
  readonly maxPatternLength: number;
  /** Characters of a regular expression with its counted repetitions written out: `(ab){3}c` has 7. */
  readonly maxPatternSize: number;
  /**
   * Work of one evaluation. A unit is a field that is read, an element that a macro runs over, an argument of a function in a
   * macro's body, or what takes about as long, some 0.3 us: 64 characters, 4 list elements compared.
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
