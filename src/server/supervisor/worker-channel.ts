import type { ToSupervisor, ToWorker, WorkerStart } from './messages';

/** The connection of a worker to its supervisor. */
export interface WorkerChannel<Config, Metrics> {
  /** Resolves when the supervisor has sent what the worker needs. */
  readonly start: Promise<WorkerStart<Config>>;
  /** Resolves when the worker may listen. */
  readonly mayListen: Promise<void>;
  /** Resolves when the message was handed to the operating system, so that the process may exit. Never rejects. */
  send(message: ToSupervisor<Metrics>): Promise<void>;
  /** Called with the current health of the node, which is NOT_SERVING at first, and at every change. */
  onHealth(listener: (isServing: boolean) => void): void;
  onCollect(listener: (id: number) => void): void;
  onDrain(listener: (signal: string) => void): void;
}

type Listeners<Config> = {
  [Kind in ToWorker<Config>['kind']]: (message: Extract<ToWorker<Config>, { kind: Kind }>) => void;
};

/**
 * Connects a worker to its supervisor. Without it, for example because it was killed, node:cluster ends the worker: nothing would accept
 * connections, and nothing would stop the worker.
 */
export function connectToSupervisor<Config, Metrics>(): WorkerChannel<Config, Metrics> {
  const started = defer<WorkerStart<Config>>();
  const listening = defer<void>();
  const send = (message: ToSupervisor<Metrics>): Promise<void> =>
    new Promise((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else process.send(message, undefined, undefined, () => resolve());
    });
  let isServing = false;
  let reportHealth: (isServing: boolean) => void = () => undefined;
  const listeners: Listeners<Config> = {
    start: (message) => started.resolve(message),
    listen: () => listening.resolve(),
    health: (message) => {
      isServing = message.isServing;
      reportHealth(isServing);
    },
    collect: () => undefined,
    ping: () => void send({ kind: 'pong' }),
    drain: () => undefined,
  };
  const dispatch = <Kind extends ToWorker<Config>['kind']>(
    kind: Kind,
    message: Extract<ToWorker<Config>, { kind: Kind }>,
  ) => listeners[kind](message);
  process.on('message', (message: ToWorker<Config>) => dispatch(message.kind, message));
  return {
    start: started.promise,
    mayListen: listening.promise,
    send,
    onHealth: (listener) => {
      reportHealth = listener;
      listener(isServing);
    },
    onCollect: (listener) => {
      listeners.collect = ({ id }) => listener(id);
    },
    onDrain: (listener) => {
      listeners.drain = ({ signal }) => listener(signal);
    },
  };
}

function defer<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
