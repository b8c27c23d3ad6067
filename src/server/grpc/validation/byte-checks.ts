import { isUtf8 } from 'node:buffer';

const uuidLength = 36;
const hyphenIndexes: ReadonlySet<number> = new Set([8, 13, 18, 23]);

/** Lookup table: 1 at `index * 128 + character` if the ASCII character is allowed at this index of a UUID. */
const uuidCharacters = createUuidCharacters();

/** Whether the bytes are the text of a UUID, in upper or lower case. */
export function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== uuidLength) return false;
  for (let index = 0; index < uuidLength; index++) {
    const character = bytes[start + index] ?? 0;
    if (character > 0x7f || uuidCharacters[index * 128 + character] === 0) return false;
  }
  return true;
}

function createUuidCharacters(): Uint8Array {
  const table = new Uint8Array(uuidLength * 128);
  for (let index = 0; index < uuidLength; index++) {
    const characters = hyphenIndexes.has(index) ? '-' : '0123456789abcdefABCDEF';
    for (const character of characters) table[index * 128 + character.charCodeAt(0)] = 1;
  }
  return table;
}

const unsafeKey = new TextEncoder().encode('__proto__');

/**
 * Whether a map key is `__proto__`. The generated code assigns map entries to plain objects, where this key changes the
 * prototype of the object or is silently dropped.
 */
export function isUnsafeKey(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== unsafeKey.length) return false;
  for (let index = 0; index < unsafeKey.length; index++) {
    if (bytes[start + index] !== unsafeKey[index]) return false;
  }
  return true;
}

/** Below this length a loop is faster than a call of the native function. */
const minNativeBytes = 48;

/** Whether the bytes are UTF-8. */
export function isUtf8Text(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start >= minNativeBytes) return isUtf8(bytes.subarray(start, end));
  for (let index = start; index < end; index++) {
    if ((bytes[index] ?? 0) > 0x7f) return isUtf8(bytes.subarray(start, end));
  }
  return true;
}
