import cluster from 'node:cluster';
import type { ToSupervisor, ToWorker, WorkerProcess } from './messages';

/** The argument of a worker process. It tells a worker of this service from a process that a process manager has started with node:cluster. */
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
    const worker = cluster.fork(env);
    const { process: child } = worker;
    worker.on('error', () => undefined); // A message to a process that is ending. Its exit is reported.
    return {
      pid: child.pid ?? 0,
      send: (message: ToWorker<Config>) => {
        if (worker.isConnected()) worker.send({ ...message });
      },
      kill: () => void child.kill('SIGKILL'),
      onMessage: (listener: (message: ToSupervisor<Metrics>) => void) => void worker.on('message', listener),
      onExit: (listener) => void worker.once('exit', (code, signal) => listener({ code, signal })),
    };
  };
}
