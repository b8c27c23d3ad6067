const HOSTILE = new TextEncoder().encode('__proto__');

/**
 * Whether a map key is `__proto__`. The generated code assigns entries to plain objects, where that key sets the prototype of
 * the object or vanishes without a word.
 */
export function isUnsafeKey(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== HOSTILE.length) return false;
  for (let at = 0; at < HOSTILE.length; at++) {
    if (bytes[start + at] !== HOSTILE[at]) return false;
  }
  return true;
}
