import { type CelFunc, CelScalar, celEnv, celFunc, celMethod, mapType } from '@bufbuild/cel';
import { boundedLists } from './bounded-lists';
import { charge } from './budget';
import { fieldAccess } from './field-access';
import { getPatternSize } from './patterns';
import { standardFunctions } from './standard-functions';
import { utcTimeFunctions } from './utc-time';

/** Compiling a regular expression, which the library does every time, takes as long as this many units of work. */
const workOfCompiling = 50;
/** Matching one character against this many characters of a regular expression is a unit of work. */
const matchedPerUnit = 64;

/** `text.matches(pattern)`, as the library does it, but counted as work. */
const matches: CelFunc = Object.assign(
  celMethod('matches', CelScalar.STRING, [CelScalar.STRING], CelScalar.BOOL, () => false),
  {
    call: ((id, target, args) => {
      const [pattern] = args;
      if (typeof target !== 'string' || typeof pattern !== 'string') return undefined;
      const work = workOfCompiling + (getPatternSize(pattern) * target.length) / matchedPerUnit;
      return charge(work) ?? standardFunctions.find('matches')?.call(id, target, args);
    }) satisfies CelFunc['call'],
  },
);

/** `key in map`. To the library a key with a null is not there. */
const inMap = celFunc(
  '@in',
  [CelScalar.STRING, mapType(CelScalar.DYN, CelScalar.DYN)],
  CelScalar.BOOL,
  (key, map) => map.get(key) !== undefined,
);

/** CEL as conditions have it: the standard functions, and ours where the library's do not say or bound enough. */
export const environment: ReturnType<typeof celEnv> = celEnv({
  funcs: [...fieldAccess, ...boundedLists, ...utcTimeFunctions, matches, inMap],
});
