/** What can be found in the text of a condition when it is compiled. The comment says what the author did. */
export type ConditionFindingCode =
  /** Wrote something that is no CEL. */
  | 'CONDITION_SYNTAX'
  /** Wrote more characters than a condition may have. */
  | 'CONDITION_TOO_LONG'
  /** Nested expressions deeper than allowed. */
  | 'CONDITION_TOO_DEEP'
  /** Nested macros deeper than allowed. */
  | 'MACROS_TOO_DEEP'
  /** Wrote a list or map literal with too many elements. */
  | 'LIST_TOO_LONG'
  /** Read a name that is neither a variable, nor a macro's variable, nor a type. */
  | 'UNKNOWN_VARIABLE'
  /** Called a function that CEL does not have, or not with that many arguments. */
  | 'UNKNOWN_FUNCTION'
  /** Tried to build a protobuf message. */
  | 'UNKNOWN_TYPE'
  /** Wrote a regular expression that is wrong, too large, or not a literal. */
  | 'PATTERN'
  /** Calculates with an int and a double, which CEL refuses when it evaluates. */
  | 'INTEGER_ARITHMETIC'
  /** Wrote a condition whose result is never a bool. */
  | 'NOT_A_BOOL';

/** One thing that is wrong with, or noteworthy in, the text of a condition. ERROR refuses it, WARNING informs. */
export interface ConditionFinding {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: ConditionFindingCode;
  /** What is wrong and what to do, in a sentence. */
  readonly message: string;
  /** From 1; absent where the whole text is meant. */
  readonly line?: number;
  /** From 1, in UTF-16 code units; there when `line` is. */
  readonly column?: number;
}
