/**
 * What a part of a condition says before the whole is known. An ERROR counts as FALSE only at the end (section 6): within the
 * condition `||` and `&&` may still do without it.
 */
export type Evaluation =
  | { readonly truth: 'TRUE' | 'FALSE' }
  /** With the keys of `data` that it could not do without, each once. */
  | { readonly truth: 'UNKNOWN'; readonly missing: readonly string[] }
  /** With a reason that holds no value of the customer. */
  | { readonly truth: 'ERROR'; readonly reason: string };

/** Finds the verdict of one part of a condition on some input. */
export type Evaluator<Input> = (input: Input) => Evaluation;

const yes: Evaluation = { truth: 'TRUE' };
const no: Evaluation = { truth: 'FALSE' };

export function toEvaluation(value: boolean): Evaluation {
  return value ? yes : no;
}

/**
 * `||`: TRUE if any part is, whatever the others say. Else UNKNOWN if any part is, as knowing more could make it TRUE; else ERROR
 * if any part is; else FALSE. Parts are looked at from left to right until one is TRUE.
 */
export function or<Input>(judges: readonly Evaluator<Input>[]): Evaluator<Input> {
  return (input) => combined(judges, input, yes, no);
}

/** `&&`: FALSE if any part is, whatever the others say; else UNKNOWN, ERROR, TRUE as for `||`. */
export function and<Input>(judges: readonly Evaluator<Input>[]): Evaluator<Input> {
  return (input) => combined(judges, input, no, yes);
}

function combined<Input>(
  judges: readonly Evaluator<Input>[],
  input: Input,
  decisive: Evaluation,
  otherwise: Evaluation,
): Evaluation {
  let left: Evaluation = otherwise;
  for (const judge of judges) {
    const verdict = judge(input);
    if (verdict.truth === decisive.truth) return decisive;
    left = weightier(left, verdict);
  }
  return left;
}

function weightier(left: Evaluation, right: Evaluation): Evaluation {
  if (left.truth === 'UNKNOWN' && right.truth === 'UNKNOWN') {
    return { truth: 'UNKNOWN', missing: [...new Set([...left.missing, ...right.missing])] };
  }
  if (left.truth === 'UNKNOWN' || right.truth === 'UNKNOWN') return left.truth === 'UNKNOWN' ? left : right;
  return left.truth === 'ERROR' ? left : right;
}

/** `!`: what is neither TRUE nor FALSE stays what it is. */
export function not<Input>(judge: Evaluator<Input>): Evaluator<Input> {
  return (input) => {
    const verdict = judge(input);
    if (verdict.truth === 'TRUE') return no;
    return verdict.truth === 'FALSE' ? yes : verdict;
  };
}

/** `test ? yes : no`: only the branch that the test names is looked at, and none while the test is UNKNOWN or an ERROR. */
export function conditional<Input>(
  test: Evaluator<Input>,
  ifTrue: Evaluator<Input>,
  ifFalse: Evaluator<Input>,
): Evaluator<Input> {
  return (input) => {
    const verdict = test(input);
    if (verdict.truth === 'TRUE') return ifTrue(input);
    return verdict.truth === 'FALSE' ? ifFalse(input) : verdict;
  };
}
