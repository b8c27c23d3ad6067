import { asShown } from './shown-output';

const printed = 'turn 3f12 of 7\nkept in /tmp/x\nready\n\n';

test.each([
  ['what was printed', 'turn 3f12 of 7\nkept in /tmp/x\nready\n'],
  ['a part of a line left out', 'turn ... of 7\nkept in ...\nready\n'],
  ['lines left out', 'turn 3f12 of 7\n...\n'],
  ['no line left out where there may be some', '...\nturn 3f12 of 7\nkept in /tmp/x\nready\n...\n'],
])('%s agrees', (_what, shown) => expect(asShown(printed, shown)).toBe(shown));

test.each([
  ['another word', 'turn 3f12 of 8\nkept in /tmp/x\nready\n'],
  ['a line too few', 'turn 3f12 of 7\nready\n'],
  ['a line too many', 'turn 3f12 of 7\nkept in /tmp/x\nreally\nready\n'],
  ['a point that is no letter', 'turn 3f12 of 7\nkept in .tmp.x\nready\n'],
  ['what is left out in two lines', 'turn ...\nready\n'],
])('%s does not', (_what, shown) => expect(asShown(printed, shown)).toBe(printed));
