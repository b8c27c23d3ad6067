import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from '../../support/built-server';

const root = join(__dirname, '..', '..', '..');

/** One line of `--json`. */
interface Line {
  readonly number: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly violations: readonly unknown[];
}

// Some twenty processes are started; a busy machine takes its time for that.
jest.setTimeout(120_000);

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGTERM');
});

/** Runs the built driver and resolves to its exit code and what it printed. */
async function chaos(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  await ensureBuilt();
  return new Promise((resolve) => {
    const program = ['dist/tools/chaos/main.js', ...args];
    const child = execFile(process.execPath, program, { cwd: root }, (error, stdout, stderr) => {
      running.delete(child);
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    running.add(child);
  });
}

describe('npm run chaos, in its short form on the built server', () => {
  let code: number;
  const lines = new Map<number, Line>();

  beforeAll(async () => {
    const run = await chaos('--short', '--json');
    code = run.code;
    for (const line of run.stdout.trim().split('\n')) {
      const one: Line = JSON.parse(line);
      lines.set(one.number, one);
    }
  }, 900_000);

  const countsOf = (number: number): Readonly<Record<string, number>> => lines.get(number)?.counts ?? {};

  it('runs experiments 1, 2, 3, 5, 9 and 11, and ends well', () => {
    expect([...lines.keys()]).toEqual([1, 2, 3, 5, 9, 11]);
    expect(code).toBe(0);
  });

  it.each([1, 2, 3, 5, 9, 11])('experiment %i loses nothing, doubles nothing and reads every turn back', (number) => {
    const counts = countsOf(number);
    expect(lines.get(number)?.violations).toEqual([]);
    expect(counts).toMatchObject({ lost: 0, doubled: 0, 'replays that differ': 0 });
    expect(counts['turns read back and decided again']).toBe(counts['turns']);
    expect(counts['acknowledged']).toBe(counts['turns']);
  });

  it('1: sends each of 300 turns one to four times', () => {
    const { turns, sends, 'replays compared': compared } = countsOf(1);
    expect(turns).toBe(300);
    expect(sends).toBeGreaterThan(600);
    expect(compared).toBeGreaterThan(300);
  });

  it('2: 64 callers bring one session to revision 128', () => {
    expect(countsOf(2)).toMatchObject({ callers: 64, sessions: 1, 'turns read back and decided again': 128 });
  });

  it('3: servers are killed, and crash at every failpoint', () => {
    expect(countsOf(3)).toMatchObject({
      'kill -9 of a server': 2,
      'crashes before-commit': 1,
      'crashes after-commit': 1,
      'crashes mid-stream': 1,
    });
  });

  it('5: replies are cut behind Redis and behind the node, and each turn is known when it comes again', () => {
    expect(countsOf(5)).toMatchObject({ 'replies of Redis cut after the commit': 10, 'replies of the node cut': 10 });
    expect(countsOf(5)['replays']).toBeGreaterThanOrEqual(20);
  });

  it('9: the embedded store opens again after each kill', () => {
    expect(countsOf(9)).toMatchObject({ 'kill -9 of the server': 2, 'opened again': 2 });
  });

  it('11: servers are told to stop with calls in flight, and none of these fails', () => {
    expect(countsOf(11)).toMatchObject({ 'SIGTERM under load': 2, 'of these failed': 0 });
    expect(countsOf(11)['calls in flight']).toBeGreaterThanOrEqual(8);
  });
});

describe('the command line of chaos', () => {
  it('refuses an experiment that there is not', async () => {
    const { code, stderr } = await chaos('--only', '77');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no experiment 77.');
  });

  it('says what is wrong with a number, and how to use it', async () => {
    const { code, stderr } = await chaos('--seed', 'x');
    expect(code).toBe(2);
    expect(stderr).toContain('--seed takes whole numbers, but there is “x”.');
    expect(stderr).toContain('npm run chaos');
  });
});
