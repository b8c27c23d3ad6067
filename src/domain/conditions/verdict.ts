/**
 * What a part of a condition says before the whole is known. An ERROR counts as FALSE only at the end (section 6): within the
 * condition `||` and `&&` may still do without it.
 */
export type Verdict =
  | { readonly truth: 'TRUE' | 'FALSE' }
  /** With the keys of `data` that it could not do without, each once. */
  | { readonly truth: 'UNKNOWN'; readonly missing: readonly string[] }
  /** With a reason that holds no value of the customer. */
  | { readonly truth: 'ERROR'; readonly reason: string };

/** Finds the verdict of one part of a condition on some input. */
export type Judge<Input> = (input: Input) => Verdict;

const yes: Verdict = { truth: 'TRUE' };
const no: Verdict = { truth: 'FALSE' };

export function verdictOf(value: boolean): Verdict {
  return value ? yes : no;
}

/**
 * `||`: TRUE if any part is, whatever the others say. Else UNKNOWN if any part is, as knowing more could make it TRUE; else ERROR
 * if any part is; else FALSE. Parts are looked at from left to right until one is TRUE.
 */
export function anyOf<Input>(judges: readonly Judge<Input>[]): Judge<Input> {
  return (input) => combined(judges, input, yes, no);
}

/** `&&`: FALSE if any part is, whatever the others say; else UNKNOWN, ERROR, TRUE as for `||`. */
export function allOf<Input>(judges: readonly Judge<Input>[]): Judge<Input> {
  return (input) => combined(judges, input, no, yes);
}

function combined<Input>(
  judges: readonly Judge<Input>[],
  input: Input,
  decisive: Verdict,
  otherwise: Verdict,
): Verdict {
  let left: Verdict = otherwise;
  for (const judge of judges) {
    const verdict = judge(input);
    if (verdict.truth === decisive.truth) return decisive;
    left = weightier(left, verdict);
  }
  return left;
}

function weightier(left: Verdict, right: Verdict): Verdict {
  if (left.truth === 'UNKNOWN' && right.truth === 'UNKNOWN') {
    return { truth: 'UNKNOWN', missing: [...new Set([...left.missing, ...right.missing])] };
  }
  if (left.truth === 'UNKNOWN' || right.truth === 'UNKNOWN') return left.truth === 'UNKNOWN' ? left : right;
  return left.truth === 'ERROR' ? left : right;
}

/** `!`: what is neither TRUE nor FALSE stays what it is. */
export function not<Input>(judge: Judge<Input>): Judge<Input> {
  return (input) => {
    const verdict = judge(input);
    if (verdict.truth === 'TRUE') return no;
    return verdict.truth === 'FALSE' ? yes : verdict;
  };
}

/** `test ? yes : no`: only the branch that the test names is looked at, and none while the test is UNKNOWN or an ERROR. */
export function choice<Input>(test: Judge<Input>, ifTrue: Judge<Input>, ifFalse: Judge<Input>): Judge<Input> {
  return (input) => {
    const verdict = test(input);
    if (verdict.truth === 'TRUE') return ifTrue(input);
    return verdict.truth === 'FALSE' ? ifFalse(input) : verdict;
  };
}
