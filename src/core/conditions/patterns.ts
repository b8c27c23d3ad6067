import { isCelError } from '@bufbuild/cel';
import { standardFunctions } from './standard-functions';

/** What is wrong with a regular expression, in the library's words; undefined where it is right. */
export function findPatternError(pattern: string): string | undefined {
  if (pattern.includes('\\Q')) return '\\Q is not supported';
  const result = standardFunctions.find('matches')?.call(0, '', [pattern]);
  return isCelError(result) ? result.message.replace(/^error parsing regexp: /, '') : undefined;
}

const counted = /^\{(\d+),?(\d*)\}/;

/**
 * How many characters a regular expression has once its counted repetitions are written out: `(ab){3}c` has 7. The work of
 * matching grows with it. An estimate from above, for patterns that `patternError` finds right.
 */
export function getPatternSize(pattern: string): number {
  // One sum for each open group; `last` is the size of what a following count repeats.
  const sums = [0];
  let last = 0;
  let at = 0;
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    const count = counted.exec(rest);
    if (count !== null) {
      const times = Math.max(Number(count[1]), Number(count[2]));
      sums.push((sums.pop() ?? 0) + last * (times - 1));
      last *= times;
      at += count[0].length;
      continue;
    }
    const atom = atomAt(rest);
    at += atom.length;
    if (atom === '(') {
      sums.push(0);
    } else if (atom === ')') {
      last = sums.pop() ?? 0;
      sums.push((sums.pop() ?? 0) + last);
    } else {
      last = 1;
      sums.push((sums.pop() ?? 0) + 1);
    }
  }
  return sums.reduce((sum, part) => sum + part, 0);
}

/** An escape, a character class, or one character. */
function atomAt(rest: string): string {
  return /^(?:\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\])/.exec(rest)?.[0] ?? rest.charAt(0);
}
