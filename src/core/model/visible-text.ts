/**
 * Characters that are invisible, or that change how other text is shown: control characters with line breaks and escape sequences, marks
 * that change the direction of text, characters without width, tags, unpaired surrogates and noncharacters. U+FE0E and U+FE0F, which only
 * select the text or the emoji form of a symbol, are not among them.
 */
const invisible =
  /(?![\u{fe0e}\u{fe0f}])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * Replaces every invisible character with an escape: `\n`, `\r`, `\t`, or its code point as in `\u{202e}`. Text of scenarios, sessions and
 * customers must pass this function before it is shown, so that it cannot change, hide or forge other output.
 */
export function toVisibleText(text: string): string {
  return text.replaceAll(invisible, (character) => shortEscapes.get(character) ?? formatCodePoint(character));
}

/** As `toVisibleText`, for a text of several lines that the caller has formatted: keeps line breaks and tabs. */
export function toVisibleLines(text: string): string {
  return text.replaceAll(invisible, (character) =>
    character === '\n' || character === '\t' ? character : formatCodePoint(character),
  );
}

/** Replaces invisible characters in JSON, except line breaks between values, with `\uXXXX`. The values stay the same. */
export function toVisibleJson(json: string): string {
  return json.replaceAll(invisible, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, at) => formatUnit(character, at)).join(''),
  );
}

/** Whether a text has a character that is shown as an escape. */
export function hasInvisible(text: string): boolean {
  return text.search(invisible) >= 0;
}

function formatCodePoint(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

function formatUnit(character: string, index: number): string {
  return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
}
