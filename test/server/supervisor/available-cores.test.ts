import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { countAvailableCores } from '../../../src/server/supervisor';

const folder = mkdtempSync(join(tmpdir(), 'cores-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let folders = 0;
/** Writes the files of control groups, and returns their folder. */
function createCgroups(files: Readonly<Record<string, string>>): string {
  folders += 1;
  const path = join(folder, String(folders));
  mkdirSync(join(path, 'cpu'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

const v1 = (quota: number) => ({
  'cpu/cpu.cfs_quota_us': `${quota}\n`,
  'cpu/cpu.cfs_period_us': '100000\n',
});

it.each([
  ['no control groups', {}, 8],
  ['cgroup v2 without a limit', { 'cpu.max': 'max 100000\n' }, 8],
  ['cgroup v2 with a limit of 4 cores', { 'cpu.max': '400000 100000\n' }, 4],
  ['cgroup v2 with a limit of 2.5 cores', { 'cpu.max': '250000 100000\n' }, 2],
  ['cgroup v2 with a limit of a quarter of a core', { 'cpu.max': '25000 100000\n' }, 1],
  ['cgroup v2 with a limit above the cores', { 'cpu.max': '6400000 100000\n' }, 8],
  ['cgroup v1 without a limit', v1(-1), 8],
  ['cgroup v1 with a limit of 3 cores', v1(300_000), 3],
  ['files that are not those of control groups', { 'cpu.max': 'unknown\n' }, 8],
])('%s: of eight cores, a container may use as many as its limit', (_case, files, expected) => {
  expect(countAvailableCores({ parallelism: 8, cgroupFolder: createCgroups(files) })).toBe(expected);
});

it('reads the limits of this machine', () => {
  expect(countAvailableCores()).toBeGreaterThanOrEqual(1);
  expect(countAvailableCores()).toBeLessThanOrEqual(availableParallelism());
});
