import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listDataFiles, type ReplayRecord, readRecords, toFileName } from '../../../tools/replay/read-records';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const META = '{"record":"meta","format":"scenario-replay/1","dialogues":2}';

async function readLines(...lines: string[]): Promise<ReplayRecord[]> {
  const path = join(folder, 'f.jsonl');
  writeFileSync(path, lines.join('\n'));
  const records: ReplayRecord[] = [];
  for await (const record of readRecords(path)) records.push(record);
  return records;
}

describe('a data file', () => {
  it('is read record by record, without blank lines', async () => {
    const scenario = { record: 'scenario', scenario_id: 's' };
    expect(await readLines(META, '', JSON.stringify(scenario))).toEqual([
      { kind: 'meta', dialogues: 2 },
      { kind: 'scenario', value: scenario },
    ]);
  });

  it.each([
    ['a line that is not JSON', [META, '{'], 'f.jsonl:2'],
    ['an unknown kind of record', [META, '{"record":"other"}'], 'f.jsonl:2'],
    ['another format', ['{"record":"meta","format":"scenario-replay/2"}'], 'f.jsonl:1'],
    ['a missing meta record', ['{"record":"scenario"}'], 'f.jsonl:1'],
  ])('is rejected for %s, with file and line', async (_, lines, position) => {
    await expect(readLines(...lines)).rejects.toThrow(position);
  });
});

describe('a data folder', () => {
  beforeEach(() => {
    for (const name of ['b.jsonl', 'a.jsonl', 'README.md']) writeFileSync(join(folder, name), '');
  });

  it('lists its files by name', async () => {
    expect((await listDataFiles(folder)).map(toFileName)).toEqual(['a', 'b']);
  });

  it('lists selected files, with or without extension', async () => {
    expect((await listDataFiles(folder, ['b'])).map(toFileName)).toEqual(['b']);
    expect((await listDataFiles(folder, ['b.jsonl'])).map(toFileName)).toEqual(['b']);
  });

  it('is rejected if a selected file is missing, or if it has no files', async () => {
    await expect(listDataFiles(folder, ['c'])).rejects.toThrow('c.jsonl');
    rmSync(join(folder, 'a.jsonl'));
    rmSync(join(folder, 'b.jsonl'));
    await expect(listDataFiles(folder)).rejects.toThrow('no *.jsonl');
  });
});
