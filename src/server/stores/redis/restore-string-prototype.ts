/** V8 changes the form of a prototype when a look-up through it has been seen several times; after ten it has, and this is to spare. */
const looks = 1_000;

/**
 * Has V8 look up methods of strings fast again. ioredis 6 has a class that extends String; that leaves String.prototype in the form
 * for what is still being built, in which optimized code looks up every `charCodeAt` anew, five times as slowly, in the whole
 * process. A look-up through an object, not a plain string, ends that (ADR 0009).
 */
export function restoreStringPrototype(): void {
  for (let i = 0; i < looks; i += 1) methodOf(Object(''));
}

function methodOf(text: { readonly charCodeAt?: unknown }): unknown {
  return text.charCodeAt;
}
