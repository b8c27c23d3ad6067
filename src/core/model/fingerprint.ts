/** Returns an unsigned 32-bit hash of a text (FNV-1a), to notice that something has changed. It protects against nothing else. */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
