import type { SessionShape } from '../workload/session-turns';

/** What a load generator is asked to send. */
export interface LoadOrder {
  /** `HOST:PORT` of each server; connections are shared out among them in turn. */
  readonly addresses: readonly string[];
  readonly connections: number;
  /** Calls under way at once, over all connections; each belongs to a session of its own. */
  readonly inFlight: number;
  /** Full method, `/package.Service/Method`. */
  readonly method: string;
  /** What sessions are about. Every turn of a session is sent in order, then those of the next. */
  readonly shape: SessionShape;
  /** New sessions to send, all their turns. */
  readonly sessions: number;
}

/** What came of it. */
export interface LoadReport {
  readonly calls: number;
  /** Wall time from the first call to the last answer. */
  readonly seconds: number;
  /** Of each call, milliseconds. */
  readonly latencies: readonly number[];
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** From the parent to a generator: prepare, then go. */
export type ToGenerator = { readonly kind: 'prepare'; readonly order: LoadOrder } | { readonly kind: 'go' };

/** From a generator to its parent; `failed` ends it. */
export type FromGenerator =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'done'; readonly report: LoadReport }
  | { readonly kind: 'failed'; readonly reason: string };
