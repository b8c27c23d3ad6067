// The messages between the supervisor of a node and its workers. `Config` and `Metrics` are what the service passes on; this folder does not
// read them.

/** What a worker needs to start. */
export interface WorkerStart<Config> {
  readonly config: Config;
  /** From 1. A worker that replaces another one has its number. */
  readonly worker: number;
  /** Whether other workers are serving already. Then the worker warms up before it listens. */
  readonly isReplacement: boolean;
}

export type ToWorker<Config> =
  | ({ readonly kind: 'start' } & WorkerStart<Config>)
  /** The worker may listen now. */
  | { readonly kind: 'listen' }
  /** The health that the worker reports, which is that of the node. */
  | { readonly kind: 'health'; readonly isServing: boolean }
  /** Answered by `metrics` with the same id. */
  | { readonly kind: 'collect'; readonly id: number }
  /** Answered by `pong`. */
  | { readonly kind: 'ping' }
  | { readonly kind: 'drain'; readonly signal: string };

export type ToSupervisor<Metrics> =
  /** Everything that does not need the port is created. */
  | { readonly kind: 'prepared' }
  /** Whether the store accepts the writes of the worker. Sent at the first probe and at every change. */
  | { readonly kind: 'readiness'; readonly isReady: boolean }
  /** The worker listens, and is warm. */
  | {
      readonly kind: 'started';
      readonly address: string;
      readonly httpAddress: string | undefined;
      readonly storageDescription: string;
    }
  /** The worker cannot start, and exits. */
  | { readonly kind: 'failed'; readonly problem: string; readonly stack: string }
  /** `id` is that of the request; undefined if the worker is about to exit. */
  | { readonly kind: 'metrics'; readonly id: number | undefined; readonly metrics: Metrics }
  | { readonly kind: 'pong' };

export interface WorkerExit {
  /** The exit code; null if a signal ended the process, or if it was not created. */
  readonly code: number | null;
  /** The name of the signal, or why the process was not created. */
  readonly signal: string | null;
}

/** A worker as its supervisor sees it. */
export interface WorkerProcess<Config, Metrics> {
  readonly pid: number;
  /** Does nothing if the process has ended. */
  send(message: ToWorker<Config>): void;
  /** Sends SIGKILL. Does nothing if the process has ended. */
  kill(): void;
  onMessage(listener: (message: ToSupervisor<Metrics>) => void): void;
  /** Called once. */
  onExit(listener: (exit: WorkerExit) => void): void;
}
