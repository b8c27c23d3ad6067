import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFiles, fileName, type ReplayRecord, readRecords } from '../../../tools/replay/read-records';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const META = '{"record":"meta","format":"scenario-replay/1","dialogues":2}';

async function recordsOf(...lines: string[]): Promise<ReplayRecord[]> {
  const path = join(folder, 'f.jsonl');
  writeFileSync(path, lines.join('\n'));
  const records: ReplayRecord[] = [];
  for await (const record of readRecords(path)) records.push(record);
  return records;
}

describe('a data file', () => {
  it('is read record by record, blank lines left out', async () => {
    const scenario = { record: 'scenario', scenario_id: 's' };
    expect(await recordsOf(META, '', JSON.stringify(scenario))).toEqual([
      { kind: 'meta', dialogues: 2 },
      { kind: 'scenario', value: scenario },
    ]);
  });

  it.each([
    ['a line that is no JSON', [META, '{'], 'f.jsonl:2'],
    ['a record of another kind', [META, '{"record":"other"}'], 'f.jsonl:2'],
    ['another format', ['{"record":"meta","format":"scenario-replay/2"}'], 'f.jsonl:1'],
    ['no meta record at its beginning', ['{"record":"scenario"}'], 'f.jsonl:1'],
  ])('is refused for %s, with its place', async (_, lines, place) => {
    await expect(recordsOf(...lines)).rejects.toThrow(place);
  });
});

describe('a data folder', () => {
  beforeEach(() => {
    for (const name of ['b.jsonl', 'a.jsonl', 'README.md']) writeFileSync(join(folder, name), '');
  });

  it('holds its files by name', async () => {
    expect((await dataFiles(folder)).map(fileName)).toEqual(['a', 'b']);
  });

  it('is read in part, by names with or without the ending', async () => {
    expect((await dataFiles(folder, ['b'])).map(fileName)).toEqual(['b']);
    expect((await dataFiles(folder, ['b.jsonl'])).map(fileName)).toEqual(['b']);
  });

  it('without a file that is asked for, or without any, is refused', async () => {
    await expect(dataFiles(folder, ['c'])).rejects.toThrow('c.jsonl');
    rmSync(join(folder, 'a.jsonl'));
    rmSync(join(folder, 'b.jsonl'));
    await expect(dataFiles(folder)).rejects.toThrow('no *.jsonl');
  });
});
