import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonLinesFile } from '../../../src/cli/export/json-lines-file';
import { SinkUnavailableError } from '../../../src/cli/export/sink';
import { listFiles, readLines } from '../../support/sinks/file-under-test';
import { canMountDisks, mountSmallDisk } from '../../support/small-disk';

let folder: string;
let path: string;
let reported: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'json-lines-'));
  path = join(folder, 'feed.jsonl');
  reported = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openFile = (maxBytes = 0, file = path) =>
  JsonLinesFile.open({ path: file, maxBytes, report: (line) => reported.push(line) });

test.each([
  ['no line', '', ''],
  ['a whole line', '{"a":1}\n', '{"a":1}\n'],
  ['an incomplete line after a whole one', '{"a":1}\n{"b":', '{"a":1}\n'],
  ['only an incomplete line', '{"a":', ''],
  ['an incomplete line that is longer than a block', `{"a":1}\n"${'x'.repeat(200_000)}`, '{"a":1}\n'],
])('a file with %s continues with a whole line', async (_case, content, kept) => {
  writeFileSync(path, content);
  const file = await openFile();
  await file.append([{ c: 1 }, { d: 2 }]);
  await file.close();
  expect(readFileSync(path, 'utf8')).toBe(`${kept}{"c":1}\n{"d":2}\n`);
  expect(reported.length > 0).toBe(content !== kept);
});

test('a file that another process writes is refused', async () => {
  const file = await openFile();
  await expect(openFile()).rejects.toThrow(`${path} is written by another process.`);
  await file.close();
  await (await openFile()).close();
});

test('a file that cannot be opened is named', async () => {
  await expect(openFile(0, join(folder, 'none', 'x'))).rejects.toThrow(`Cannot open ${join(folder, 'none', 'x')}: `);
});

test('a full file is renamed, no line is split, and no earlier file is replaced', async () => {
  // All within one millisecond.
  const clock = jest.spyOn(Date.prototype, 'toISOString').mockReturnValue('2030-01-01T00:00:00.000Z');
  const file = await openFile(50);
  const values = Array.from({ length: 40 }, (_, n) => ({ n }));
  for (const value of values) await file.append([value, { half: value.n }]);
  await file.append([{ long: 'x'.repeat(100) }]);
  await file.close();
  clock.mockRestore();
  const files = listFiles(path);
  expect(files.length).toBeGreaterThan(10);
  expect(files.every((name) => readFileSync(name, 'utf8').endsWith('\n'))).toBe(true);
  expect(files.flatMap((name) => readLines(name)).length).toBe(81);
});

const testOnSmallDisk = canMountDisks() ? test : test.skip;

testOnSmallDisk('a full disk is reported, and leaves whole lines when there is space again', async () => {
  const disk = mountSmallDisk(1);
  try {
    const onDisk = join(disk.path, 'feed.jsonl');
    const file = await openFile(0, onDisk);
    await file.append([{ n: 1 }]);
    disk.fill();
    const large = { text: 'x'.repeat(20_000) };
    await expect(file.append([large])).rejects.toThrow(SinkUnavailableError);
    await expect(file.append([large])).rejects.toThrow(/Cannot write .*ENOSPC/);
    disk.clear();
    await file.append([{ n: 2 }]);
    await file.close();
    expect(readFileSync(onDisk, 'utf8')).toBe('{"n":1}\n{"n":2}\n');
  } finally {
    disk.remove();
  }
});

test('what a program appended since is not part of a line', async () => {
  const file = await openFile();
  await file.append([{ n: 1 }]);
  await file.close();
  appendFileSync(path, 'note');
  await (await openFile()).close();
  expect(readLines(path)).toEqual([{ n: 1 }]);
});
