const LENGTH = 36;
const HYPHENS: ReadonlySet<number> = new Set([8, 13, 18, 23]);

/** What may stand at each place of a UUID, by place * 128 + character. */
const allowed = table();

/** Whether these bytes are the text of a UUID, in either case. */
export function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== LENGTH) return false;
  for (let place = 0; place < LENGTH; place++) {
    const character = bytes[start + place] ?? 0;
    if (character > 0x7f || allowed[place * 128 + character] === 0) return false;
  }
  return true;
}

function table(): Uint8Array {
  const places = new Uint8Array(LENGTH * 128);
  for (let place = 0; place < LENGTH; place++) {
    const characters = HYPHENS.has(place) ? '-' : '0123456789abcdefABCDEF';
    for (const character of characters) places[place * 128 + character.charCodeAt(0)] = 1;
  }
  return places;
}
