/**
 * Compares printed output with what a page shows. Returns `shown` if they match and `printed` otherwise, so that an assertion shows the
 * differing lines. `...` in `shown` matches any number of lines if it is alone on a line, and any text within a line. Trailing spaces
 * and trailing empty lines are ignored.
 */
export function matchShown(printed: string, shown: string): string {
  const lines = trimLines(shown).split('\n').map(toPattern);
  return new RegExp(`^${lines.join('')}$`).test(`${trimLines(printed)}\n`) ? shown : printed;
}

function toPattern(line: string): string {
  if (line === '...') return '(?:.*\\n)*?';
  return `${line.split('...').map(escapePattern).join('.*')}\\n`;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function trimLines(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trimEnd();
}
