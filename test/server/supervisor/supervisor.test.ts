import type { Logger } from '../../../src/server/ports/logger';
import { Supervisor, type SupervisorTimings, type WorkerProcess } from '../../../src/server/supervisor';
import type { ToSupervisor, ToWorker, WorkerExit } from '../../../src/server/supervisor/messages';

const timings: SupervisorTimings = {
  firstRestartDelayMs: 1_000,
  maxRestartDelayMs: 8_000,
  stableAfterMs: 60_000,
  pingIntervalMs: 5_000,
  maxMissedPings: 3,
  collectTimeoutMs: 2_000,
};

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A process that the test controls. */
class FakeProcess implements WorkerProcess<string, string> {
  readonly sent: ToWorker<string>[] = [];
  isKilled = false;
  private receive: (message: ToSupervisor<string>) => void = () => undefined;
  private end: (exit: WorkerExit) => void = () => undefined;

  constructor(readonly pid: number) {}

  send(message: ToWorker<string>): void {
    this.sent.push(message);
  }

  kill(): void {
    this.isKilled = true;
    this.exit(null, 'SIGKILL');
  }

  onMessage(listener: (message: ToSupervisor<string>) => void): void {
    this.receive = listener;
  }

  onExit(listener: (exit: WorkerExit) => void): void {
    this.end = listener;
  }

  report(message: ToSupervisor<string>): void {
    this.receive(message);
  }

  exit(code: number | null, signal: string | null = null): void {
    const { end } = this;
    this.end = () => undefined;
    end({ code, signal });
  }

  /** Reports what a worker reports from its creation until it serves. */
  start(isReady = true): void {
    this.report({ kind: 'prepared' });
    this.report({ kind: 'readiness', isReady });
    this.report({ kind: 'started', address: '127.0.0.1:1', httpAddress: undefined, storageDescription: 'stored' });
  }

  has(kind: ToWorker<string>['kind']): boolean {
    return this.sent.some((message) => message.kind === kind);
  }

  get health(): boolean | undefined {
    return this.sent.findLast((message) => message.kind === 'health')?.isServing;
  }
}

function supervise(workers: number) {
  const processes: FakeProcess[] = [];
  const lines: { readonly level: string; readonly message: string; readonly fields: object }[] = [];
  const write = (level: string) => (fields: object, message: string) => void lines.push({ level, message, fields });
  const log: Logger = {
    isDebug: false,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const metrics: string[] = [];
  const supervisor = new Supervisor<string, string>({
    workers,
    config: 'config',
    startProcess: () => {
      const process = new FakeProcess(processes.length + 101);
      processes.push(process);
      return process;
    },
    log,
    metrics: {
      report: (worker, reported) => void metrics.push(`${worker}: ${reported}`),
      end: (worker) => void metrics.push(`${worker} ended`),
    },
    timings,
  });
  supervisor.failed.catch(() => undefined);
  const get = (index: number): FakeProcess => {
    const process = processes[index];
    if (process === undefined) throw new Error(`There is no process ${index}.`);
    return process;
  };
  const startAll = () => {
    for (const process of [...processes]) process.start();
  };
  const listErrors = () => lines.filter(({ level }) => level === 'error').map(({ message }) => message);
  return { supervisor, processes, get, startAll, lines, listErrors, metrics };
}

describe('at the start', () => {
  it('the workers get the settings and their number, and listen when all of them are prepared', () => {
    const { get } = supervise(2);
    expect(get(0).sent).toEqual([{ kind: 'start', config: 'config', worker: 1, isReplacement: false }]);
    expect(get(1).sent).toEqual([{ kind: 'start', config: 'config', worker: 2, isReplacement: false }]);
    get(1).report({ kind: 'prepared' });
    expect(get(1).has('listen')).toBe(false);
    get(0).report({ kind: 'prepared' });
    expect([get(0).has('listen'), get(1).has('listen')]).toEqual([true, true]);
  });

  it('the node is serving when all workers have started and are ready', async () => {
    const { supervisor, get } = supervise(2);
    get(0).start();
    expect(get(0).health).toBeUndefined();
    get(1).start();
    expect([get(0).health, get(1).health]).toEqual([true, true]);
    expect(await supervisor.started).toMatchObject({ address: '127.0.0.1:1', storageDescription: 'stored' });
  });

  it('the supervisor gives up with the reason of the first worker that fails, and logs it once', async () => {
    const { supervisor, get, processes, listErrors } = supervise(2);
    get(1).report({ kind: 'failed', problem: 'the port is in use', stack: 'Error: ...' });
    get(1).exit(1);
    await expect(supervisor.started).rejects.toThrow('the port is in use');
    await expect(supervisor.failed).rejects.toThrow('the port is in use');
    expect(get(0).isKilled).toBe(true);
    jest.advanceTimersByTime(600_000);
    expect(processes).toHaveLength(2);
    expect(listErrors()).toEqual(['the service does not start']);
  });

  it.each([
    [3, null, 'a worker ended before it had started (code 3)'],
    [null, 'SIGKILL', 'a worker ended before it had started (SIGKILL)'],
  ])('an end with code %s and signal %s is a failed start', async (code, signal, problem) => {
    const { supervisor, get } = supervise(2);
    get(0).exit(code, signal);
    await expect(supervisor.started).rejects.toThrow(problem);
  });
});

describe('a worker that ends', () => {
  it('is logged with its exit and replaced by one that warms up before it listens', () => {
    const { startAll, get, processes, lines } = supervise(2);
    startAll();
    get(0).exit(null, 'SIGSEGV');
    jest.advanceTimersByTime(1);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: 'a worker has ended: it is replaced',
        fields: { worker: 1, worker_pid: 101, exit_code: null, signal: 'SIGSEGV', restart_delay_ms: 0 },
      },
    ]);
    expect(processes).toHaveLength(3);
    expect(get(2).sent).toEqual([{ kind: 'start', config: 'config', worker: 1, isReplacement: true }]);
    get(2).report({ kind: 'prepared' });
    // It knows the health of the node before a client can ask for it.
    expect(get(2).sent.slice(1)).toEqual([{ kind: 'health', isServing: true }, { kind: 'listen' }]);
    expect(get(1).health).toBe(true);
  });

  it('does not change the health of the node while another one is ready, also while it cannot be replaced', () => {
    const { startAll, get } = supervise(2);
    startAll();
    get(0).exit(1);
    jest.advanceTimersByTime(1);
    get(2).report({ kind: 'failed', problem: 'no memory', stack: '' });
    get(2).exit(1);
    expect(get(1).sent.filter(({ kind }) => kind === 'health')).toEqual([{ kind: 'health', isServing: true }]);
  });

  it('is replaced after delays that double up to the maximum if it ends early again and again', () => {
    const { startAll, get, processes } = supervise(2);
    startAll();
    const delays: number[] = [];
    for (let index = 0; delays.length < 7; index = processes.length - 1) {
      get(index).exit(1);
      const count = processes.length;
      let delay = 0;
      jest.advanceTimersByTime(1);
      for (; processes.length === count; delay += 500) {
        jest.advanceTimersByTime(500);
        get(1).report({ kind: 'pong' });
      }
      delays.push(delay);
    }
    expect(delays).toEqual([0, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  it('is replaced at once if it ends after a longer time', () => {
    const { startAll, get, processes } = supervise(2);
    startAll();
    get(0).exit(1);
    jest.advanceTimersByTime(1);
    get(2).start();
    for (let interval = 0; interval < 12; interval += 1) {
      jest.advanceTimersByTime(5_000);
      for (const process of processes) process.report({ kind: 'pong' });
    }
    get(2).exit(1);
    jest.advanceTimersByTime(1);
    expect(processes).toHaveLength(4);
  });

  it('leads to the end of the supervisor if no worker has started and the replacement fails', async () => {
    const { supervisor, startAll, get } = supervise(2);
    startAll();
    get(0).exit(1);
    get(1).exit(1);
    jest.advanceTimersByTime(1);
    get(2).report({ kind: 'failed', problem: 'the certificate is invalid', stack: '' });
    get(2).exit(1);
    await expect(supervisor.failed).rejects.toThrow('the certificate is invalid');
    expect(get(3).isKilled).toBe(true);
  });

  it('with code 0 was stopped by an operator, which is a warning', () => {
    const { startAll, get, lines, listErrors, processes } = supervise(2);
    startAll();
    get(0).exit(0);
    jest.advanceTimersByTime(1);
    expect(processes).toHaveLength(3);
    expect(listErrors()).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ level: 'warn', message: 'a worker was stopped: it is replaced' });
  });
});

it('the node is not serving while a worker that listens is not ready', () => {
  const { startAll, get } = supervise(2);
  startAll();
  get(1).report({ kind: 'readiness', isReady: false });
  expect([get(0).health, get(1).health]).toEqual([false, false]);
  get(1).report({ kind: 'readiness', isReady: true });
  expect([get(0).health, get(1).health]).toEqual([true, true]);
});

it('a worker that does not answer pings is killed and replaced', () => {
  const { startAll, get, processes, listErrors } = supervise(2);
  startAll();
  for (let interval = 0; interval < 4; interval += 1) {
    expect(get(0).isKilled).toBe(false);
    jest.advanceTimersByTime(5_000);
    get(1).report({ kind: 'pong' });
  }
  expect([get(0).isKilled, get(1).isKilled]).toEqual([true, false]);
  expect(listErrors()).toEqual(['a worker does not respond: it is killed', 'a worker has ended: it is replaced']);
  jest.advanceTimersByTime(1);
  expect(processes).toHaveLength(3);
});

describe('a stop', () => {
  it('drains all workers at once, and is clean if all of them end with code 0', async () => {
    const { supervisor, startAll, get, processes } = supervise(2);
    startAll();
    const stopped = supervisor.stop('SIGTERM', 10_000);
    for (const process of processes) expect(process.sent.at(-1)).toEqual({ kind: 'drain', signal: 'SIGTERM' });
    get(0).exit(0);
    get(1).exit(0);
    expect(await stopped).toBe(true);
    jest.advanceTimersByTime(600_000);
    expect(processes).toHaveLength(2);
  });

  it('is not clean if a worker fails', async () => {
    const { supervisor, startAll, get } = supervise(2);
    startAll();
    const stopped = supervisor.stop('SIGTERM', 10_000);
    get(0).exit(0);
    get(1).exit(1);
    expect(await stopped).toBe(false);
  });

  it('kills the workers that have not ended in time', async () => {
    const { supervisor, startAll, get, listErrors } = supervise(2);
    startAll();
    const stopped = supervisor.stop('SIGTERM', 10_000);
    get(0).exit(0);
    jest.advanceTimersByTime(9_999);
    expect(get(1).isKilled).toBe(false);
    jest.advanceTimersByTime(1);
    expect(get(1).isKilled).toBe(true);
    expect(await stopped).toBe(false);
    expect(listErrors()).toEqual(['a worker did not stop in time: it is killed']);
  });

  it('does not replace a worker that is due', async () => {
    const { supervisor, startAll, get, processes } = supervise(2);
    startAll();
    get(0).exit(1);
    const stopped = supervisor.stop('SIGTERM', 10_000);
    get(1).exit(0);
    await stopped;
    jest.advanceTimersByTime(600_000);
    expect(processes).toHaveLength(2);
  });
});

describe('a collection of metrics', () => {
  it('ends when every worker that has started has reported', async () => {
    const { supervisor, startAll, get, metrics } = supervise(2);
    startAll();
    const collected = supervisor.collectMetrics();
    expect(get(0).sent.at(-1)).toEqual({ kind: 'collect', id: 1 });
    get(0).report({ kind: 'metrics', id: 1, metrics: 'first' });
    get(1).report({ kind: 'metrics', id: 1, metrics: 'second' });
    await collected;
    expect(metrics).toEqual(['1: first', '2: second']);
  });

  it('ends without a worker that ends meanwhile', async () => {
    const { supervisor, startAll, get, metrics } = supervise(2);
    startAll();
    const collected = supervisor.collectMetrics();
    get(1).report({ kind: 'metrics', id: 1, metrics: 'second' });
    get(0).report({ kind: 'metrics', id: undefined, metrics: 'last of the first' });
    get(0).exit(0);
    await collected;
    expect(metrics).toEqual(['2: second', '1: last of the first', '1 ended']);
  });

  it('ends at its timeout if a worker does not report', async () => {
    const { supervisor, startAll, get, metrics } = supervise(2);
    startAll();
    const collected = supervisor.collectMetrics();
    get(1).report({ kind: 'metrics', id: 1, metrics: 'second' });
    jest.advanceTimersByTime(2_000);
    await collected;
    expect(metrics).toEqual(['2: second']);
  });

  it('is shared by requests at the same time', async () => {
    const { supervisor, startAll, get } = supervise(1);
    startAll();
    const collected = Promise.all([supervisor.collectMetrics(), supervisor.collectMetrics()]);
    get(0).report({ kind: 'metrics', id: 1, metrics: 'first' });
    await collected;
    expect(get(0).sent.filter(({ kind }) => kind === 'collect')).toEqual([{ kind: 'collect', id: 1 }]);
  });
});
