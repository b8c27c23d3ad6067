import { drawnProgress } from '../../../tools/replay/replay-progress';

function drawn(isTTY: boolean): string[] {
  const written: string[] = [];
  const bar = drawnProgress({ isTTY, write: (text) => written.push(text) }).file('sgd');
  bar.expect(2);
  bar.played(5);
  bar.played(4);
  bar.end();
  return written;
}

describe('progress', () => {
  it('is redrawn in place on a terminal', () => {
    const written = drawn(true);
    expect(written).toHaveLength(4);
    expect(written.every((text) => text.startsWith('\r'))).toBe(true);
    expect(written[1]).toContain('[############............] 1/2 dialogues, 5 turns');
  });

  it('is one line a file elsewhere', () => {
    expect(drawn(false)).toEqual([`${'sgd'.padEnd(16)} [${'#'.repeat(24)}] 2/2 dialogues, 9 turns\n`]);
  });
});
