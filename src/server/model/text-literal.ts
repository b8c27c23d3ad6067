/**
 * Characters beside those that JSON escapes that could end a line or a section of a prompt, or that nobody sees: tags, fences,
 * separators, control and format characters.
 */
const unsafe = /[<>&`\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A text as a JSON string literal of one line, quotes included. Whatever it says, it stays one value within the prompt: it can
 * neither end the literal nor the section that it stands in.
 */
export function toTextLiteral(text: string): string {
  return JSON.stringify(text).replace(unsafe, escaped);
}

/** By UTF-16 code units, as JSON has it. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
