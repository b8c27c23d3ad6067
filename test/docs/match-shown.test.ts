import { matchShown } from './match-shown';

const printed = 'turn 3f12 of 7\nkept in /tmp/x\nready\n\n';

test.each([
  ['identical output', 'turn 3f12 of 7\nkept in /tmp/x\nready\n'],
  ['an omitted part of a line', 'turn ... of 7\nkept in ...\nready\n'],
  ['omitted lines', 'turn 3f12 of 7\n...\n'],
  ['no lines in place of ...', '...\nturn 3f12 of 7\nkept in /tmp/x\nready\n...\n'],
])('%s matches', (_case, shown) => expect(matchShown(printed, shown)).toBe(shown));

test.each([
  ['a different word', 'turn 3f12 of 8\nkept in /tmp/x\nready\n'],
  ['a missing line', 'turn 3f12 of 7\nready\n'],
  ['an additional line', 'turn 3f12 of 7\nkept in /tmp/x\nreally\nready\n'],
  ['a literal dot', 'turn 3f12 of 7\nkept in .tmp.x\nready\n'],
  ['an omission across lines', 'turn ...\nready\n'],
])('%s does not match', (_case, shown) => expect(matchShown(printed, shown)).toBe(printed));
