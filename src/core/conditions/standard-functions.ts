import { celEnv } from '@bufbuild/cel';

/** The functions of the CEL specification, as the library has them. */
export const standardFunctions: ReturnType<typeof celEnv>['funcs'] = celEnv().funcs;

/** One way to call a function. */
export interface Overload {
  /** `target.f(...)` instead of `f(...)`. */
  readonly isMethod: boolean;
  /** Arguments besides the target. */
  readonly arity: number;
}

/** The ways in which a function can be called, by its name; none where CEL has no such function. */
export function getOverloads(name: string): readonly Overload[] {
  return overloads.get(name) ?? [];
}

const overloads = overloadsByName();

function overloadsByName(): ReadonlyMap<string, readonly Overload[]> {
  const byName = new Map<string, Overload[]>();
  for (const { name, target, arguments: parameters } of standardFunctions) {
    byName.set(name, [...(byName.get(name) ?? []), { isMethod: target !== undefined, arity: parameters.length }]);
  }
  return byName;
}
