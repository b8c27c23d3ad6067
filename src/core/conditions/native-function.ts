import { type CelFunc, type CelResult, CelScalar, type CelValue, celFunc } from '@bufbuild/cel';

/** What a function of ours does with its arguments, none of which is an error. */
export type FunctionBody = (args: readonly CelValue[]) => CelResult;

/**
 * A CEL function that answers with an error by returning it. The library's own way is to throw in the implementation and to wrap
 * what is caught, which costs ten times an evaluation; a missing key is an everyday answer here.
 */
export function defineFunction(name: string, arity: number, call: FunctionBody): CelFunc {
  const parameters = Array.from({ length: arity }, () => CelScalar.DYN);
  const declared = celFunc(name, parameters, CelScalar.DYN, () => null);
  return Object.assign(declared, {
    call: (_id: number, target: CelValue | undefined, args: CelValue[]) =>
      target === undefined && args.length === arity ? call(args) : undefined,
  });
}
