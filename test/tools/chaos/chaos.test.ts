import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from '../../support/built-server';

const root = join(__dirname, '..', '..', '..');

/** The JSON object of an experiment. */
interface ExperimentResult {
  readonly number: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly violations: readonly unknown[];
}

// About twenty processes are started, which takes long on a busy machine.
jest.setTimeout(120_000);

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGTERM');
});

/** Runs the built command. */
async function runChaos(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
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

const shortExperiments = [1, 2, 3, 5, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19];

describe('npm run chaos --short', () => {
  let code: number;
  const results = new Map<number, ExperimentResult>();

  beforeAll(async () => {
    const run = await runChaos('--short', '--json');
    code = run.code;
    for (const line of run.stdout.trim().split('\n')) {
      const result: ExperimentResult = JSON.parse(line);
      results.set(result.number, result);
    }
  }, 900_000);

  const getCounts = (number: number): Readonly<Record<string, number>> => results.get(number)?.counts ?? {};

  it('runs the experiments with a short form, and exits with code 0', () => {
    expect([...results.keys()]).toEqual(shortExperiments);
    expect(code).toBe(0);
  });

  it.each(shortExperiments)('%i: no turn is lost or applied twice, and every turn is verified', (number) => {
    const counts = getCounts(number);
    expect(results.get(number)?.violations).toEqual([]);
    expect(counts).toMatchObject({ lost: 0, duplicates: 0, 'replays that differ': 0 });
    expect(counts['verified turns']).toBe(counts['turns']);
    expect(counts['acknowledged']).toBe(counts['turns']);
  });

  it('1: sends each of 300 turns one to four times', () => {
    const { turns, sends, 'replays compared': compared } = getCounts(1);
    expect(turns).toBe(300);
    expect(sends).toBeGreaterThan(600);
    expect(compared).toBeGreaterThan(300);
  });

  it('2: 64 callers bring one session to revision 128', () => {
    expect(getCounts(2)).toMatchObject({ callers: 64, sessions: 1, 'verified turns': 128 });
  });

  it('3: servers are killed and crash at every failpoint', () => {
    expect(getCounts(3)).toMatchObject({
      'kill -9 of a server': 2,
      'crashes before-commit': 1,
      'crashes after-commit': 1,
      'crashes mid-stream': 1,
    });
  });

  it('5: replies of Redis and of the node are cut, and the retries are replays', () => {
    expect(getCounts(5)).toMatchObject({ 'replies of Redis cut after the commit': 10, 'replies of the node cut': 10 });
    expect(getCounts(5)['replays']).toBeGreaterThanOrEqual(20);
  });

  it('9: the embedded store can be opened after each kill', () => {
    expect(getCounts(9)).toMatchObject({ 'kill -9 of the server': 2, 'opened again': 2 });
  });

  it('11: calls in flight succeed when a server gets SIGTERM', () => {
    expect(getCounts(11)).toMatchObject({ 'SIGTERM under load': 2, 'of these failed': 0 });
    expect(getCounts(11)['calls in flight']).toBeGreaterThanOrEqual(8);
  });

  it('12: a tenant sends turns alone and with a neighbour', () => {
    const counts = getCounts(12);
    expect(counts['turns alone']).toBeGreaterThan(0);
    expect(counts['turns with the neighbour']).toBeGreaterThan(0);
    expect(counts['work-limit turns: RESOURCE_EXHAUSTED']).toBeGreaterThan(0);
    expect(counts['turns of sessions of 1 MiB: OK']).toBeGreaterThan(0);
  });

  it('13: full sessions refuse turns, accept them after a deletion, and can be erased', () => {
    expect(getCounts(13)).toMatchObject({
      'sessions at a limit': 4,
      'turns refused': 16,
      'refused turns applied after a deletion': 8,
      'sessions at a limit erased': 4,
    });
  });

  it('14: sessions whose ids are sent in random spelling equal their twins', () => {
    const counts = getCounts(14);
    expect(counts).toMatchObject({ 'kill -9 of a server': 2, 'states equal to the twin': counts['sessions'] });
    expect(counts['ids with capitals']).toBeGreaterThan(0);
  });

  it('15: a second process on a folder is refused, and one of two gets it when the first one is killed', () => {
    expect(getCounts(15)).toMatchObject({ 'processes refused': 2, 'kill -9 and two starts at once': 2 });
  });

  it('16: the clocks are set on both stores, and turns are committed meanwhile', () => {
    expect(getCounts(16)).toMatchObject({ 'clocks set': 12, 'kill -9 and start': 2 });
    expect(getCounts(16)['turns committed by a clock that was set']).toBeGreaterThan(0);
  });

  it('17: calls that are canceled on a shared connection do not end the others', () => {
    expect(getCounts(17)).toMatchObject({ 'calls canceled': 1_500, 'streams of others': 8, 'of these ended': 0 });
    expect(getCounts(17)['of these applied']).toBeGreaterThan(0);
  });

  it('19: each timer fires once while servers and Redis are killed', () => {
    expect(getCounts(19)).toMatchObject({
      timers: 120,
      'kill -9 of a server or Redis': 3,
      'verified TIMER turns': 120,
    });
  });
});

describe('the arguments of npm run chaos', () => {
  it('rejects an unknown experiment', async () => {
    const { code, stderr } = await runChaos('--only', '77');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no experiment 77.');
  });

  it('rejects an invalid number and prints the usage', async () => {
    const { code, stderr } = await runChaos('--seed', 'x');
    expect(code).toBe(2);
    expect(stderr).toContain('--seed must be a non-negative integer, but it is "x".');
    expect(stderr).toContain('npm run chaos');
  });
});
