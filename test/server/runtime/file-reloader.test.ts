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

function parseNumber([text = '']: readonly string[]): number {
  if (!/^\d+$/.test(text)) throw new Error('not a number');
  return Number(text);
}

/** Checks for changes twice, because a change takes effect at the second check. */
async function checkTwice(): Promise<void> {
  await files.checkForChanges();
  await files.checkForChanges();
}

function open(path: string) {
  const received: number[] = [];
  const reloaded = files.open({ setting: 'a.number', paths: [path], parse: parseNumber });
  reloaded.onChange((value) => received.push(value));
  return { reloaded, received };
}

it('an unchanged file is not reloaded', async () => {
  const path = join(folder, 'same');
  writeFileSync(path, '1');
  const { reloaded, received } = open(path);
  await files.checkForChanges();
  writeFileSync(path, '1');
  await checkTwice();
  expect({ now: reloaded.current, received, logged }).toEqual({ now: 1, received: [], logged: [] });
});

it('a changed file is reloaded, reported to listeners and logged', async () => {
  const path = join(folder, 'changed');
  writeFileSync(path, '1');
  const { reloaded, received } = open(path);
  writeFileSync(path, '2');
  await checkTwice();
  expect({ now: reloaded.current, received }).toEqual({ now: 2, received: [2] });
  expect(logged).toEqual([{ level: 'info', problem: undefined }]);
});

it('a symbolic link that is switched to another folder is detected, as Kubernetes does for secrets', async () => {
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
  await checkTwice();
  expect(reloaded.current).toBe(2);
});

it('a partial write has no effect, even if it is valid', async () => {
  const path = join(folder, 'partial');
  writeFileSync(path, '1');
  const { reloaded, received } = open(path);
  for (const partial of ['', '2', '23']) {
    writeFileSync(path, partial);
    await files.checkForChanges();
    expect(reloaded.current).toBe(1);
  }
  await files.checkForChanges();
  expect({ now: reloaded.current, received, logged: logged.length }).toEqual({ now: 23, received: [23], logged: 1 });
});

it('an invalid change is logged once as an error and ignored until the file is valid again', async () => {
  const path = join(folder, 'broken');
  writeFileSync(path, '1');
  const { reloaded, received } = open(path);
  writeFileSync(path, 'x');
  await checkTwice();
  await checkTwice();
  expect(reloaded.current).toBe(1);
  expect(logged).toEqual([{ level: 'error', problem: 'not a number' }]);
  rmSync(path);
  await checkTwice();
  expect(reloaded.current).toBe(1);
  expect(logged).toHaveLength(2);
  writeFileSync(path, '3');
  await checkTwice();
  expect({ now: reloaded.current, received }).toEqual({ now: 3, received: [3] });
});

it('a file that is invalid at the start is an error with the setting and the path', () => {
  const path = join(folder, 'first');
  expect(() => open(path)).toThrow(`a.number (${path}): ENOENT`);
  writeFileSync(path, 'x');
  expect(() => open(path)).toThrow(`a.number (${path}): not a number`);
});
