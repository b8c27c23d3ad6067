import cluster, { type Worker } from 'node:cluster';
import type { ToSupervisor, ToWorker, WorkerExit, WorkerProcess } from './messages';

/** The argument of a worker process. It distinguishes a worker of this service from a process that a process manager has started with node:cluster. */
const workerArgument = 'worker';

/** Whether this process is a worker of a supervisor. */
export function isWorkerProcess(): boolean {
  return cluster.isWorker && process.argv[2] === workerArgument;
}

export interface WorkerProgram {
  /** The path of the module that a worker runs. */
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Returns a function that starts workers. The primary process accepts connections, and hands them to the workers that listen in turn.
 *
 * @throws Error if this process is itself a worker of node:cluster.
 */
export function createWorkerFactory<Config, Metrics>({
  path,
  env,
}: WorkerProgram): () => WorkerProcess<Config, Metrics> {
  if (!cluster.isPrimary) {
    throw new Error(
      'server.workers: a process manager has started this process in cluster mode, so it cannot have workers of its own; set ' +
        'server.workers = 1, or let the process manager start one process',
    );
  }
  // Without turns the kernel decides, and prefers the process that is awake already.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ exec: path, args: [workerArgument], serialization: 'advanced' });
  return () => {
    try {
      return toWorkerProcess(cluster.fork(env));
    } catch (error) {
      return createFailedProcess(error);
    }
  };
}

function toWorkerProcess<Config, Metrics>(worker: Worker): WorkerProcess<Config, Metrics> {
  const { process: child } = worker;
  worker.on('error', () => undefined); // A message to a process that is ending. Its exit is reported.
  return {
    pid: child.pid ?? 0,
    send: (message: ToWorker<Config>) => {
      if (worker.isConnected()) worker.send({ ...message });
    },
    kill: () => void child.kill('SIGKILL'),
    onMessage: (listener: (message: ToSupervisor<Metrics>) => void) => void worker.on('message', listener),
    onExit: (listener) => reportExit(worker, listener),
  };
}

/** Reports the exit when the connection is closed too, so that all messages of the process were received. */
function reportExit(worker: Worker, listener: (exit: WorkerExit) => void): void {
  let exit: WorkerExit | undefined;
  let isReported = false;
  const report = (): void => {
    if (exit === undefined || worker.isConnected() || isReported) return;
    isReported = true;
    listener(exit);
  };
  worker.once('exit', (code, signal) => {
    exit = { code, signal };
    report();
  });
  worker.once('disconnect', report);
  worker.on('error', (error) => {
    if (worker.process.pid !== undefined || isReported) return;
    isReported = true;
    listener({ code: null, signal: error.message });
  });
}

/** Stands for a process that the operating system did not create, for example for lack of memory. */
function createFailedProcess<Config, Metrics>(error: unknown): WorkerProcess<Config, Metrics> {
  return {
    pid: 0,
    send: () => undefined,
    kill: () => undefined,
    onMessage: () => undefined,
    onExit: (listener) => void setImmediate(listener, { code: null, signal: String(error) }),
  };
}
