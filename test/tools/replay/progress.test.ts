import { createProgressBars } from '../../../tools/replay/progress';

function drawBar(isTTY: boolean): string[] {
  const written: string[] = [];
  const bar = createProgressBars({ isTTY, write: (text) => written.push(text) }).startFile('sgd');
  bar.setTotal(2);
  bar.addDialogue(5);
  bar.addDialogue(4);
  bar.end();
  return written;
}

describe('the progress bar', () => {
  it('is redrawn on a terminal', () => {
    const written = drawBar(true);
    expect(written).toHaveLength(4);
    expect(written.every((text) => text.startsWith('\r'))).toBe(true);
    expect(written[1]).toContain('[############............] 1/2 dialogues, 5 turns');
  });

  it('is one line per file otherwise', () => {
    expect(drawBar(false)).toEqual([`${'sgd'.padEnd(16)} [${'#'.repeat(24)}] 2/2 dialogues, 9 turns\n`]);
  });
});
