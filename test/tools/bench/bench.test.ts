import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from '../../support/built-server';

const root = join(__dirname, '..', '..', '..');

// Each command starts servers and load generators of its own; a busy machine takes its time for that.
jest.setTimeout(900_000);

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGTERM');
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a built benchmark and resolves to its exit code and what it printed. */
async function bench(name: 'turn' | 'domain' | 'scale', ...args: readonly string[]): Promise<Ended> {
  await ensureBuilt();
  return new Promise((resolve) => {
    const program = ['--expose-gc', '--max-semi-space-size=128', `dist/tools/bench/${name}/main.js`, ...args];
    const child = execFile(process.execPath, program, { cwd: root }, (error, stdout, stderr) => {
      running.delete(child);
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    running.add(child);
  });
}

describe('npm run bench, of a few sessions', () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await bench('turn', '--rounds', '1', '--sessions', '4', '--in-flight', '2', '--json');
  }, 900_000);

  it('measures the bare server, and service and stubs under each telemetry mode, by the same number of calls', () => {
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const [{ bare, stubs, services }] = JSON.parse(ended.stdout).rounds;
    for (const byMode of [stubs, services])
      expect(new Set(Object.keys(byMode))).toEqual(new Set(['off', 'sampled', 'on']));
    const measured = [bare, ...Object.values(stubs), ...Object.values(services)];
    expect(measured.map(({ calls }) => calls)).toEqual(Array(7).fill(36));
  });

  it('gives the other servers as many bytes to move as the service has', () => {
    const { rounds, sizes } = JSON.parse(ended.stdout);
    const [{ bare, stubs, services }] = rounds;
    for (const { requestBytes, responseBytes } of [bare, stubs.off, services.off]) {
      expect(Math.abs(requestBytes / sizes.request - 1)).toBeLessThan(0.01);
      expect(Math.abs(responseBytes / sizes.answer - 1)).toBeLessThan(0.01);
    }
  });

  it('finds one command of Redis a turn after the first', () => {
    const [first, ...others] = JSON.parse(ended.stdout).commands;
    expect(first).toEqual(['evalsha', 'evalsha']);
    expect(others).toEqual(Array(8).fill(['evalsha']));
  });

  it('gets a ratio and a share of the spans for people, too', async () => {
    const { code, stdout } = await bench('turn', '--rounds', '1', '--sessions', '2', '--telemetry', 'off');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^round +bare us +off: stubs us +ratio +service us +ratio$/m);
    expect(stdout).toMatch(/^median +\d/m);
    expect(stdout).toContain('each later one evalsha');
  });
});

describe('npm run bench:domain, of a moment', () => {
  it('measures every case and compares it with the usual session', async () => {
    const { code, stdout } = await bench('domain', '--rounds', '1', '--batch-ms', '1', '--json');
    expect(code).toBe(0);
    const { costs } = JSON.parse(stdout);
    expect(costs[0]).toMatchObject({ axis: 'usual', value: 3, ratio: 1 });
    expect(new Set(costs.map(({ axis }: { axis: string }) => axis))).toEqual(
      new Set(['usual', 'active scenarios', 'steps a scenario', 'known fields', 'candidates', 'rules']),
    );
    for (const cost of costs) {
      expect(cost.microseconds).toBeGreaterThan(0);
      expect(cost.allocated).toBeGreaterThan(0);
    }
  });
});

describe('npm run bench:scale, in its short form', () => {
  it('measures each size of each experiment', async () => {
    const { code, stdout, stderr } = await bench('scale', '--short', '--rounds', '1', '--sessions', '16', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const told = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const sizes = told.map(({ experiment, sizes: measured }) => [
      experiment,
      measured.map(({ name }: { name: string }) => name),
    ]);
    expect(sizes).toEqual([
      ['sessions in Redis', ['2', '4', '6']],
      ['scenarios in the catalogue', ['3', '4', '6']],
      ['connections', ['2', '4', '6', '8']],
      ['nodes', ['1', '2']],
      ['idle watch streams', ['0', '2', '4']],
    ]);
    expect(told[0].sizes[0].found['B a session']).toBeGreaterThan(1_000);
  });
});

describe('the command lines of the benchmarks', () => {
  it.each([
    ['turn', ['--rounds', '0'], '--rounds takes a whole number from 1 on, but there is “0”.'],
    ['turn', ['--telemetry', 'loud'], '--telemetry knows off, sampled, on, but there is “loud”.'],
    ['domain', ['--batch-ms', 'x'], '--batch-ms takes a whole number from 1 on, but there is “x”.'],
    ['scale', ['--only', 'planets'], 'There is no experiment “planets”.'],
  ] as const)('%s %j: says what is wrong, and how to use it', async (name, args, message) => {
    const { code, stderr } = await bench(name, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('npm run bench');
  });
});
