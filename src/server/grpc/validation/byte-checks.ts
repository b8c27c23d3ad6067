import { isUtf8 } from 'node:buffer';

const uuidLength = 36;
const hyphenIndexes: ReadonlySet<number> = new Set([8, 13, 18, 23]);

const allowed = 0b01;
const capital = 0b10;

/** Lookup table: flags at `index * 128 + character` if the ASCII character is allowed at this index of a UUID, otherwise 0. */
const uuidCharacters = createUuidCharacters();

/** How a text spells a UUID. */
export type UuidSpelling = 'no uuid' | 'lower case' | 'with capitals';

/** Returns how the bytes spell a UUID. */
export function getUuidSpelling(bytes: Uint8Array, start: number, end: number): UuidSpelling {
  if (end - start !== uuidLength) return 'no uuid';
  let seen = 0;
  for (let index = 0; index < uuidLength; index++) {
    const character = bytes[start + index] ?? 0;
    const flags = character > 0x7f ? 0 : (uuidCharacters[index * 128 + character] ?? 0);
    if (flags === 0) return 'no uuid';
    seen |= flags;
  }
  return (seen & capital) === 0 ? 'lower case' : 'with capitals';
}

function createUuidCharacters(): Uint8Array {
  const table = new Uint8Array(uuidLength * 128);
  const add = (index: number, characters: string, flags: number): void => {
    for (const character of characters) table[index * 128 + character.charCodeAt(0)] = flags;
  };
  for (let index = 0; index < uuidLength; index++) {
    if (hyphenIndexes.has(index)) add(index, '-', allowed);
    else {
      add(index, '0123456789abcdef', allowed);
      add(index, 'ABCDEF', allowed | capital);
    }
  }
  return table;
}

/** Returns a copy of the bytes in which the UUIDs at these positions are in lower case. The copy has the same length. */
export function lowerCaseUuids(bytes: Uint8Array, starts: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const start of starts) {
    // The lower-case letter of a capital has the bit 0x20, which digits and the hyphen have already.
    for (let index = start; index < start + uuidLength; index++) copy[index] = (copy[index] ?? 0) | 0x20;
  }
  return copy;
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
