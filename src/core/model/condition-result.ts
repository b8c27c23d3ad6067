import type { Truth } from './truth';

/** The result of evaluating a condition. */
export interface ConditionResult {
  readonly truth: Truth;
  /**
   * The unknown `data` keys that left the condition undecided, sorted; empty unless UNKNOWN. Keys that are only tested with `has()`
   * are not included, nor are keys of branches that were not needed. An UNKNOWN result with an empty list depends on something that
   * is not a field: a key of `customer`, or a key inside a value.
   */
  readonly missingFields: readonly string[];
  /** Why the evaluation failed; contains no customer values. The truth is then FALSE (section 6). */
  readonly error?: string;
}
