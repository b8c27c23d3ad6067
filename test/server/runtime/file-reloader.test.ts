import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileReloader } from '../../../src/server/runtime';
import { silentLog } from '../../support/silent-log';

const folder = mkdtempSync(join(tmpdir(), 'reloaded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let logged: { level: string; problem: unknown }[];
let files: FileReloader;
beforeEach(() => {
  logged = [];
  const level = (name: string) => (fields: Readonly<Record<string, unknown>>) => {
    logged.push({ level: name, problem: fields['problem'] });
  };
  files = new FileReloader({ ...silentLog, info: level('info'), error: level('error') });
});

/** The number in a file. */
function numberIn([text = '']: readonly string[]): number {
  if (!/^\d+$/.test(text)) throw new Error('it is no number');
  return Number(text);
}

/** As often as it takes for a change to count. */
async function looks(): Promise<void> {
  await files.checkForChanges();
  await files.checkForChanges();
}

function open(path: string) {
  const told: number[] = [];
  const reloaded = files.open({ setting: 'a.number', paths: [path], parse: numberIn });
  reloaded.onChange((value) => told.push(value));
  return { reloaded, told };
}

it('files that have not changed are not read again', async () => {
  const path = join(folder, 'same');
  writeFileSync(path, '1');
  const { reloaded, told } = open(path);
  await files.checkForChanges();
  writeFileSync(path, '1');
  await looks();
  expect({ now: reloaded.current, told, logged }).toEqual({ now: 1, told: [], logged: [] });
});

it('a file that has changed is taken over, told of and logged', async () => {
  const path = join(folder, 'changed');
  writeFileSync(path, '1');
  const { reloaded, told } = open(path);
  writeFileSync(path, '2');
  await looks();
  expect({ now: reloaded.current, told }).toEqual({ now: 2, told: [2] });
  expect(logged).toEqual([{ level: 'info', problem: undefined }]);
});

it('a folder of secrets that is replaced behind its link is noticed, as Kubernetes does it', async () => {
  for (const [name, content] of [
    ['v1', '1'],
    ['v2', '2'],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'number'), content);
  }
  symlinkSync('v1', join(folder, 'now'));
  const { reloaded } = open(join(folder, 'now', 'number'));
  symlinkSync('v2', join(folder, 'next'));
  renameSync(join(folder, 'next'), join(folder, 'now'));
  await looks();
  expect(reloaded.current).toBe(2);
});

it('what is half written when it is looked at does not count, also where it makes sense', async () => {
  const path = join(folder, 'half');
  writeFileSync(path, '1');
  const { reloaded, told } = open(path);
  for (const half of ['', '2', '23']) {
    writeFileSync(path, half);
    await files.checkForChanges();
    expect(reloaded.current).toBe(1);
  }
  await files.checkForChanges();
  expect({ now: reloaded.current, told, logged: logged.length }).toEqual({ now: 23, told: [23], logged: 1 });
});

it('what cannot be used changes nothing, is logged once as an error, and is forgotten when the file is mended', async () => {
  const path = join(folder, 'broken');
  writeFileSync(path, '1');
  const { reloaded, told } = open(path);
  writeFileSync(path, 'x');
  await looks();
  await looks();
  expect(reloaded.current).toBe(1);
  expect(logged).toEqual([{ level: 'error', problem: 'it is no number' }]);
  rmSync(path);
  await looks();
  expect(reloaded.current).toBe(1);
  expect(logged).toHaveLength(2);
  writeFileSync(path, '3');
  await looks();
  expect({ now: reloaded.current, told }).toEqual({ now: 3, told: [3] });
});

it('a file that cannot be used at first is an error that names the setting and the file', () => {
  const path = join(folder, 'first');
  expect(() => open(path)).toThrow(`a.number (${path}): ENOENT`);
  writeFileSync(path, 'x');
  expect(() => open(path)).toThrow(`a.number (${path}): it is no number`);
});
