import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from '../../support/built-server';

const root = join(__dirname, '..', '..', '..');

// Each command starts servers and load generators, which takes long on a busy machine.
jest.setTimeout(900_000);

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGTERM');
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a built benchmark. */
async function runBench(name: 'turn' | 'domain' | 'scale' | 'workers', ...args: readonly string[]): Promise<Run> {
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

describe('npm run bench with a few sessions', () => {
  let run: Run;
  beforeAll(async () => {
    run = await runBench('turn', '--rounds', '1', '--sessions', '4', '--in-flight', '2', '--json');
  }, 900_000);

  it('measures all servers in all telemetry modes with the same number of calls', () => {
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const [{ echo, stubs, services }] = JSON.parse(run.stdout).rounds;
    for (const byMode of [stubs, services])
      expect(new Set(Object.keys(byMode))).toEqual(new Set(['off', 'sampled', 'on']));
    const measured = [echo, ...Object.values(stubs), ...Object.values(services)];
    expect(measured.map(({ calls }) => calls)).toEqual(Array(7).fill(36));
  });

  it('sends messages of the same size to all servers', () => {
    const { rounds, sizes } = JSON.parse(run.stdout);
    const [{ echo, stubs, services }] = rounds;
    for (const { requestBytes, responseBytes } of [echo, stubs.off, services.off]) {
      expect(Math.abs(requestBytes / sizes.request - 1)).toBeLessThan(0.01);
      expect(Math.abs(responseBytes / sizes.response - 1)).toBeLessThan(0.01);
    }
  });

  it('records one Redis command per turn after the first', () => {
    const [first, ...others] = JSON.parse(run.stdout).commands;
    expect(first).toEqual(['evalsha', 'evalsha']);
    expect(others).toEqual(Array(7).fill(['evalsha']));
  });

  it('prints a table without --json', async () => {
    const { code, stdout } = await runBench('turn', '--rounds', '1', '--sessions', '2', '--telemetry', 'off');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^round +echo us +off: stubs us +ratio +service us +ratio$/m);
    expect(stdout).toMatch(/^median +\d/m);
    expect(stdout).toContain('later turns evalsha');
  });
});

describe('npm run bench:domain with short rounds', () => {
  it('measures every case and its ratio to the baseline', async () => {
    const { code, stdout } = await runBench('domain', '--rounds', '1', '--batch-ms', '1', '--json');
    expect(code).toBe(0);
    const { costs } = JSON.parse(stdout);
    expect(costs[0]).toMatchObject({ axis: 'baseline', value: 3, ratio: 1 });
    expect(new Set(costs.map(({ axis }: { axis: string }) => axis))).toEqual(
      new Set(['baseline', 'active scenarios', 'steps per scenario', 'known fields', 'candidates', 'rules']),
    );
    for (const cost of costs) {
      expect(cost.microseconds).toBeGreaterThan(0);
      expect(cost.allocatedBytes).toBeGreaterThan(0);
    }
  });
});

describe('npm run bench:scale --short', () => {
  it('measures every size of every experiment', async () => {
    const { code, stdout, stderr } = await runBench('scale', '--short', '--rounds', '1', '--sessions', '16', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const sizes = results.map(({ experiment, sizes: measured }) => [
      experiment,
      measured.map(({ name }: { name: string }) => name),
    ]);
    expect(sizes).toEqual([
      ['sessions in Redis', ['2', '4', '6']],
      ['scenarios in the catalogue', ['3', '4', '6']],
      [
        'active scenarios',
        ['1, 1 addressed', '5, 1 addressed', '5, 5 addressed', '20, 1 addressed', '20, 20 addressed'],
      ],
      ['connections', ['2', '4', '6', '8']],
      ['nodes', ['1', '2']],
      ['idle watch streams', ['0', '2', '4']],
    ]);
    expect(results[0].sizes[0].extraFigures['B per session']).toBeGreaterThan(1_000);
  });
});

describe('the arguments of the benchmarks', () => {
  it.each([
    ['turn', ['--rounds', '0'], '--rounds must be a positive integer, but it is "0".'],
    ['turn', ['--telemetry', 'loud'], '--telemetry must be a list of off, sampled, on, but it has "loud".'],
    ['domain', ['--batch-ms', 'x'], '--batch-ms must be a positive integer, but it is "x".'],
    ['scale', ['--only', 'planets'], 'There is no experiment "planets".'],
  ] as const)('are rejected with a message and the usage: %s %j', async (name, args, message) => {
    const { code, stderr } = await runBench(name, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('npm run bench');
  });
});

it('npm run bench:workers measures each number of workers, with and without a limit of their CPU', async () => {
  for (const limit of [[], ['--share', '50']]) {
    const sizes = ['--rounds', '1', '--sessions', '4', '--in-flight', '4', '--connections', '4', '--warm-up', '9'];
    const run = await runBench('workers', ...sizes, ...limit, '--json');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const { options, rounds } = JSON.parse(run.stdout);
    expect(options.workers).toEqual([1, 2]);
    const [[one, two]] = rounds;
    expect([one.workerUtilization, two.workerUtilization].map(({ length }) => length)).toEqual([1, 2]);
    for (const { turnsPerSecond, serviceUs, redisUs, generatorUs } of [one, two]) {
      for (const figure of [turnsPerSecond, serviceUs, redisUs, generatorUs]) expect(figure).toBeGreaterThan(0);
    }
    for (const utilization of two.workerUtilization) expect(utilization).toBeGreaterThan(0);
  }
});
