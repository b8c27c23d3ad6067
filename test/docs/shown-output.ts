/**
 * What was printed, in the words of what a page shows of it. `...` of the page stands for what varies or is left out: alone on a
 * line for any number of lines, within a line for any text. Where the two agree this is what the page shows, else what was printed:
 * so a comparison of both tells the lines that differ. Spaces at the ends of lines and empty lines at the end do not count.
 */
export function asShown(printed: string, shown: string): string {
  const lines = trimmed(shown).split('\n').map(patternOf);
  return new RegExp(`^${lines.join('')}$`).test(`${trimmed(printed)}\n`) ? shown : printed;
}

function patternOf(line: string): string {
  if (line === '...') return '(?:.*\\n)*?';
  return `${line.split('...').map(escaped).join('.*')}\\n`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function trimmed(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trimEnd();
}
