import type { Truth } from '../model/truth';
import type { ConditionVariables } from './condition-variables';

/** What the text of a condition reads, found when it is compiled (3.3). */
export interface ConditionReads {
  /** Keys of `data`, written `data.age`, `data['age']`, `has(data.age)` or `'age' in data`: as first met in the text, each once. */
  readonly dataKeys: readonly string[];
  /** Variables that it reads at all, for example `outcome`: as first met in the text, each once. */
  readonly variables: readonly string[];
  /** Whether it reads keys of `data` that its text does not name: `data[intent]`, or `data` as a whole. */
  readonly hasDynamicDataReads: boolean;
}

/** What a condition says about some variables. */
export interface ConditionResult {
  readonly truth: Truth;
  /**
   * The `data` keys that are not known and that kept the condition from being decided, sorted; empty unless UNKNOWN. A key that
   * is only tested by `has()` is none of them, nor is one of a branch that CEL's own logic did not need. UNKNOWN with an empty
   * list misses something that is not a field: a key of `customer`, or one inside a value.
   */
  readonly missing: readonly string[];
  /** Why the evaluation failed, short and without any value of the customer; the truth is FALSE then (section 6). */
  readonly error?: string;
}

/** A condition that has been compiled. It holds no state of a session and may be kept for as long as its scenario is. */
export interface Condition {
  readonly text: string;
  readonly reads: ConditionReads;
  /**
   * Says what the condition is for these variables: TRUE, FALSE, or UNKNOWN where a missing key decides and CEL's own `||`, `&&`,
   * `!` and `?:` cannot do without it (3.3, section 6). Any other failure is FALSE with `error`. Never throws.
   */
  evaluate(variables: ConditionVariables): ConditionResult;
}
