import type { Logger } from '../ports/logger';
import type { ToSupervisor, ToWorker, WorkerExit, WorkerProcess, WorkerStart } from './messages';
import type { SupervisorTimings } from './timings';

export interface Started {
  readonly address: string;
  /** Undefined if HTTP is not enabled. */
  readonly httpAddress: string | undefined;
  readonly storageDescription: string;
}

/** Why a worker could not start. */
export interface StartFailure {
  readonly problem: string;
  /** "" if the process ended without a report. */
  readonly stack: string;
}

/** Called when the state of a worker has changed. */
export interface WorkerEvents<Metrics> {
  onPrepared(): void;
  onReadiness(): void;
  onStarted(): void;
  onMetrics(id: number | undefined, metrics: Metrics): void;
  onExit(exit: WorkerExit): void;
}

/** One process of a worker, from its start to its exit. */
export class SupervisedWorker<Config, Metrics> {
  isPrepared = false;
  isReady = false;
  started: Started | undefined;
  failure: StartFailure | undefined;
  exit: WorkerExit | undefined;
  private readonly startedAt = performance.now();
  private missedPings = 0;
  private readonly pings: NodeJS.Timeout;

  constructor(
    readonly number: number,
    private readonly process: WorkerProcess<Config, Metrics>,
    { pingIntervalMs, maxMissedPings }: Pick<SupervisorTimings, 'pingIntervalMs' | 'maxMissedPings'>,
    events: WorkerEvents<Metrics>,
    log: Logger,
  ) {
    this.pings = setInterval(() => {
      if (this.missedPings >= maxMissedPings) {
        log.error({ ...this.fields, missed_pings: this.missedPings }, 'a worker does not respond: it is killed');
        process.kill();
      }
      this.missedPings += 1;
      process.send({ kind: 'ping' });
    }, pingIntervalMs);
    process.onMessage((message) => this.receive(message, events));
    process.onExit((exit) => {
      clearInterval(this.pings);
      this.exit = exit;
      this.isReady = false;
      events.onExit(exit);
    });
  }

  /** The fields of log lines about this worker. */
  get fields() {
    return { worker: this.number, worker_pid: this.process.pid };
  }

  get ageMs(): number {
    return performance.now() - this.startedAt;
  }

  start(start: WorkerStart<Config>): void {
    this.process.send({ kind: 'start', ...start });
  }

  send(message: ToWorker<Config>): void {
    this.process.send(message);
  }

  kill(): void {
    this.process.kill();
  }

  private receive(message: ToSupervisor<Metrics>, events: WorkerEvents<Metrics>): void {
    switch (message.kind) {
      case 'prepared':
        this.isPrepared = true;
        events.onPrepared();
        break;
      case 'readiness':
        this.isReady = message.isReady;
        events.onReadiness();
        break;
      case 'started':
        this.started = message;
        events.onStarted();
        break;
      case 'failed':
        this.failure = message;
        break;
      case 'metrics':
        events.onMetrics(message.id, message.metrics);
        break;
      case 'pong':
        this.missedPings = 0;
        break;
    }
  }
}
