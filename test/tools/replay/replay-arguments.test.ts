import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { replayArguments, USAGE } from '../../../tools/replay/replay-arguments';

describe('the command line', () => {
  it('replays the sample on a service of its own unless told otherwise', () => {
    const { data, target, json, files } = replayArguments([]);
    expect(existsSync(join(data, 'sgd_natural.jsonl'))).toBe(true);
    expect([target, json, files]).toEqual([undefined, false, []]);
  });

  it('takes folder, target, form and files', () => {
    const args = ['--data', 'd', '--target', 'localhost:1', '--json', '--files', 'a,b', '--explain'];
    expect(replayArguments(args)).toEqual({
      data: 'd',
      target: 'localhost:1',
      json: true,
      files: ['a', 'b'],
      explain: true,
      help: false,
    });
  });

  it('refuses what it does not know, and tells what it does', () => {
    expect(() => replayArguments(['--dta', 'd'])).toThrow('--dta');
    expect(() => replayArguments(['--target', 'here'])).toThrow('HOST:PORT');
    for (const name of ['--data', '--target', '--json', '--files', '--explain', '--help'])
      expect(USAGE).toContain(name);
  });
});
