import { type CelFunc, CelScalar, celEnv, celMethod, isCelError } from '@bufbuild/cel';
import { charge } from './budget';

const standardFunctions = celEnv().funcs;

/** A signature of a function. */
export interface Overload {
  /** Whether the function is called as `target.f(...)` instead of `f(...)`. */
  readonly isMethod: boolean;
  /** The number of arguments, without the target. */
  readonly arity: number;
}

/** The signatures of a function of the CEL specification; empty if CEL has no such function. */
export function getOverloads(name: string): readonly Overload[] {
  return overloads.get(name) ?? [];
}

const overloads = indexOverloads();

function indexOverloads(): ReadonlyMap<string, readonly Overload[]> {
  const byName = new Map<string, Overload[]>();
  for (const { name, target, arguments: parameters } of standardFunctions) {
    byName.set(name, [...(byName.get(name) ?? []), { isMethod: target !== undefined, arity: parameters.length }]);
  }
  return byName;
}

/** Returns the library's error message for a regular expression; undefined if the expression is valid. */
export function findPatternError(pattern: string): string | undefined {
  if (pattern.includes('\\Q')) return '\\Q is not supported';
  const result = standardFunctions.find('matches')?.call(0, '', [pattern]);
  return isCelError(result) ? result.message.replace(/^error parsing regexp: /, '') : undefined;
}

const repetition = /^\{(\d+),?(\d*)\}/;

/**
 * Returns the number of characters of a regular expression with its counted repetitions expanded: `(ab){3}c` has 7. The cost of matching
 * grows with it. It is an upper bound, for patterns in which `findPatternError` finds no error.
 */
export function getPatternSize(pattern: string): number {
  // One sum for each open group. `last` is the size of the part to which a following repetition applies.
  const sums = [0];
  let last = 0;
  let offset = 0;
  while (offset < pattern.length) {
    const rest = pattern.slice(offset);
    const match = repetition.exec(rest);
    if (match !== null) {
      const times = Math.max(Number(match[1]), Number(match[2]));
      sums.push((sums.pop() ?? 0) + last * (times - 1));
      last *= times;
      offset += match[0].length;
      continue;
    }
    const atom = readAtom(rest);
    offset += atom.length;
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

/** Reads an escape, a character class, or one character. */
function readAtom(rest: string): string {
  return /^(?:\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\])/.exec(rest)?.[0] ?? rest.charAt(0);
}

/** Cost of compiling a regular expression, in units. The library compiles it on every call. */
const compileCost = 50;
/** One unit covers matching one character against this many characters of a regular expression. */
const patternCharactersPerUnit = 64;

/** `text.matches(pattern)` of the library, charged to the budget. */
export const matches: CelFunc = Object.assign(
  celMethod('matches', CelScalar.STRING, [CelScalar.STRING], CelScalar.BOOL, () => false),
  {
    call: ((id, target, args) => {
      const [pattern] = args;
      if (typeof target !== 'string' || typeof pattern !== 'string') return undefined;
      const cost = compileCost + (getPatternSize(pattern) * target.length) / patternCharactersPerUnit;
      return charge(cost) ?? standardFunctions.find('matches')?.call(id, target, args);
    }) satisfies CelFunc['call'],
  },
);
