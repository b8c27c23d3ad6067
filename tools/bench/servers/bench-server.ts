/** A server under load, in a process of its own. */
export interface BenchServer {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly pid: number;
  /** Ends it. Idempotent. */
  stop(): Promise<void>;
}
