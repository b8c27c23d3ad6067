import type { Logger } from '../ports/logger';
import type { ToWorker, WorkerExit, WorkerProcess } from './messages';
import { type Started, type StartFailure, SupervisedWorker } from './supervised-worker';
import { getRestartDelay, type SupervisorTimings, supervisorTimings } from './timings';

export { type SupervisorTimings, supervisorTimings } from './timings';

export interface SupervisorOptions<Config, Metrics> {
  readonly workers: number;
  /** What every worker starts with, also one that replaces another one later. */
  readonly config: Config;
  readonly startProcess: () => WorkerProcess<Config, Metrics>;
  readonly log: Logger;
  readonly metrics: { report(worker: number, metrics: Metrics): void; end(worker: number): void };
  readonly timings?: SupervisorTimings;
}

interface Slot<Config, Metrics> {
  readonly number: number;
  worker: SupervisedWorker<Config, Metrics>;
  /** Whether the first worker of this number has started, or has ended. */
  isSettled: boolean;
  /** How often in a row a worker has ended early. */
  earlyEnds: number;
  restart: NodeJS.Timeout | undefined;
}

/**
 * Starts the workers of a node, replaces those that end, and stops them together. The first workers listen when all of them are prepared, so
 * that connections are distributed evenly from the start; the node is SERVING when all of them are ready. A worker that replaces
 * another one listens when it is warm. From then on the node is SERVING while every worker that listens is ready.
 *
 * The supervisor ends if a worker fails to start while no other one has started: then the reason is most likely the same for all.
 */
export class Supervisor<Config, Metrics> {
  /** Resolves when every worker has started. Rejects with the first reason for which a worker cannot start. */
  readonly started: Promise<Started>;
  /** Rejects if no worker runs any more, and none can be started. Never resolves. */
  readonly failed: Promise<never>;
  private readonly slots: readonly Slot<Config, Metrics>[];
  private readonly timings: SupervisorTimings;
  private settleStart: (started: Started) => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;
  private hasListened = false;
  private isServing = false;
  private isStopping = false;
  private onWorkerExit: () => void = () => undefined;
  private collections = 0;
  private collection: { readonly id: number; readonly pending: Set<number>; readonly resolve: () => void } | undefined;
  private collecting: Promise<void> | undefined;

  constructor(private readonly options: SupervisorOptions<Config, Metrics>) {
    this.timings = options.timings ?? supervisorTimings;
    this.failed = new Promise<never>((_resolve, reject) => {
      this.fail = reject;
    });
    const started = new Promise<Started>((resolve) => {
      this.settleStart = resolve;
    });
    this.started = Promise.race([started, this.failed]);
    this.started.catch(() => undefined); // the caller may only listen to `failed`
    this.slots = Array.from({ length: options.workers }, (_, index) => {
      const number = index + 1;
      return {
        number,
        worker: this.startWorker(number, false),
        isSettled: false,
        earlyEnds: 0,
        restart: undefined,
      };
    });
  }

  /**
   * Drains all workers at the same time. Resolves to whether all of them ended with code 0. Those that have not ended after `timeoutMs` are
   * killed.
   */
  async stop(signal: string, timeoutMs: number): Promise<boolean> {
    this.isStopping = true;
    for (const { restart } of this.slots) clearTimeout(restart);
    this.broadcast({ kind: 'drain', signal });
    const timer = setTimeout(() => {
      for (const worker of this.getRunning()) {
        this.options.log.error(worker.fields, 'a worker did not stop in time: it is killed');
        worker.kill();
      }
    }, timeoutMs);
    await new Promise<void>((resolve) => {
      this.onWorkerExit = () => {
        if (this.getRunning().length === 0) resolve();
      };
      this.onWorkerExit();
    });
    clearTimeout(timer);
    return this.slots.every(({ worker }) => worker.exit?.code === 0);
  }

  /** Kills all workers. */
  kill(): void {
    this.isStopping = true;
    for (const worker of this.getRunning()) worker.kill();
  }

  /** Asks the workers for their metrics. Resolves when they have reported them, or after a timeout. */
  collectMetrics(): Promise<void> {
    this.collecting ??= this.collectOnce().finally(() => {
      this.collecting = undefined;
    });
    return this.collecting;
  }

  private async collectOnce(): Promise<void> {
    const workers = this.getRunning().filter(({ started }) => started !== undefined);
    if (workers.length === 0) return;
    this.collections += 1;
    const id = this.collections;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.timings.collectTimeoutMs);
      this.collection = {
        id,
        pending: new Set(workers.map(({ number }) => number)),
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      for (const worker of workers) worker.send({ kind: 'collect', id });
    });
  }

  private startWorker(number: number, isReplacement: boolean): SupervisedWorker<Config, Metrics> {
    const { config, startProcess, log } = this.options;
    const worker: SupervisedWorker<Config, Metrics> = new SupervisedWorker(
      number,
      startProcess(),
      this.timings,
      {
        onPrepared: () => this.letListen(worker),
        onReadiness: () => this.updateHealth(),
        onStarted: () => {
          log.info(worker.fields, 'a worker has started');
          this.settle(number, worker);
        },
        onMetrics: (id, metrics) => this.receiveMetrics(number, id, metrics),
        onExit: (exit) => this.handleExit(number, worker, exit),
      },
      log,
    );
    worker.start({ config, worker: number, isReplacement });
    return worker;
  }

  private letListen(worker: SupervisedWorker<Config, Metrics>): void {
    if (this.hasListened) {
      worker.send({ kind: 'health', isServing: this.isServing });
      worker.send({ kind: 'listen' });
    } else if (this.slots.every((slot) => slot.worker.isPrepared)) {
      this.hasListened = true;
      this.broadcast({ kind: 'listen' });
    }
  }

  private settle(number: number, { started }: SupervisedWorker<Config, Metrics>): void {
    const slot = this.getSlot(number);
    slot.isSettled = true;
    this.updateHealth();
    if (started !== undefined && this.slots.every(({ isSettled }) => isSettled)) this.settleStart(started);
  }

  private handleExit(number: number, worker: SupervisedWorker<Config, Metrics>, exit: WorkerExit): void {
    this.options.metrics.end(number);
    this.reportCollected(number);
    this.onWorkerExit();
    if (this.isStopping) return;
    const failure = getStartFailure(worker, exit);
    if (
      failure !== undefined &&
      !this.slots.some((slot) => slot.worker.started !== undefined && isRunning(slot.worker))
    ) {
      this.giveUp(number, failure);
      return;
    }
    this.replace(number, worker, failure, exit);
  }

  private giveUp(number: number, { problem, stack }: StartFailure): void {
    this.options.log.error({ worker: number, problem, stack }, 'the service does not start');
    this.kill();
    this.fail(new Error(problem));
  }

  private replace(
    number: number,
    worker: SupervisedWorker<Config, Metrics>,
    failure: StartFailure | undefined,
    { code, signal }: WorkerExit,
  ): void {
    const slot = this.getSlot(number);
    const hasEndedEarly = failure !== undefined || worker.ageMs < this.timings.stableAfterMs;
    slot.earlyEnds = hasEndedEarly ? slot.earlyEnds + 1 : 0;
    const restartDelayMs = getRestartDelay(slot.earlyEnds, this.timings);
    const fields = { ...worker.fields, exit_code: code, signal, restart_delay_ms: restartDelayMs };
    const { log } = this.options;
    if (failure !== undefined) log.error({ ...fields, ...failure }, 'a worker does not start: it is started again');
    else if (code === 0) log.warn(fields, 'a worker was stopped: it is replaced');
    else log.error(fields, 'a worker has ended: it is replaced');
    slot.restart = setTimeout(() => {
      slot.worker = this.startWorker(number, true);
    }, restartDelayMs);
    this.settle(number, worker);
  }

  private updateHealth(): void {
    const listening = this.getRunning().filter(({ started }) => started !== undefined);
    const isServing =
      this.slots.every(({ isSettled }) => isSettled) &&
      listening.length > 0 &&
      listening.every(({ isReady }) => isReady);
    if (isServing === this.isServing) return;
    this.isServing = isServing;
    const { log } = this.options;
    const fields = { workers: listening.length };
    if (isServing) log.info(fields, 'every worker is ready: the node is serving');
    else if (listening.length > 0) log.error(fields, 'a worker is not ready: the node is not serving');
    else log.error(fields, 'no worker is running: the node is not serving');
    this.broadcast({ kind: 'health', isServing });
  }

  private receiveMetrics(number: number, id: number | undefined, metrics: Metrics): void {
    this.options.metrics.report(number, metrics);
    if (id === this.collection?.id) this.reportCollected(number);
  }

  private reportCollected(number: number): void {
    this.collection?.pending.delete(number);
    if (this.collection?.pending.size === 0) this.collection.resolve();
  }

  private getRunning(): readonly SupervisedWorker<Config, Metrics>[] {
    return this.slots.map(({ worker }) => worker).filter(isRunning);
  }

  private getSlot(number: number): Slot<Config, Metrics> {
    const slot = this.slots[number - 1];
    if (slot === undefined) throw new Error(`There is no worker ${number}.`);
    return slot;
  }

  private broadcast(message: ToWorker<Config>): void {
    for (const worker of this.getRunning()) worker.send(message);
  }
}

function isRunning({ exit }: { readonly exit: WorkerExit | undefined }): boolean {
  return exit === undefined;
}

/** Why a worker has not started; undefined if it had started before it ended. */
function getStartFailure<Config, Metrics>(
  { failure, started }: SupervisedWorker<Config, Metrics>,
  { code, signal }: WorkerExit,
): StartFailure | undefined {
  if (started !== undefined) return undefined;
  const end = code === null ? `${signal}` : `code ${code}`;
  return failure ?? { problem: `a worker ended before it had started (${end})`, stack: '' };
}
