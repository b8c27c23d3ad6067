/** A text on one line of at most so many characters, its end left out where it is longer. */
export function truncate(text: string, characters: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const signs = [...line];
  return signs.length <= characters
    ? line
    : `${signs
        .slice(0, characters - 1)
        .join('')
        .trimEnd()}…`;
}
