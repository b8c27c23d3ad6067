import type { CloudEvent } from './cloud-event';

/** Where events are exported to. */
export interface Sink {
  /** Kind and address, without credentials, for messages. */
  readonly name: string;
  /** The maximum number of events of one `write`. */
  readonly batchSize: number;
  /**
   * Writes events in the given order. Resolves when the sink has confirmed all of them.
   *
   * @throws SinkUnavailableError if some of them may be missing. They are written again.
   * @throws EventsRefusedError if the sink refuses at least one of them.
   * @throws CommandError if the sink cannot be used until an operator acts.
   */
  write(events: readonly CloudEvent[]): Promise<void>;
  /** Releases the connection or the file. Everything that `write` has confirmed is stored. */
  close(): Promise<void>;
}

/** The sink has not confirmed events. They may have arrived. A later attempt can succeed. */
export class SinkUnavailableError extends Error {
  /** The delay that the sink asks for, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(message: string, { retryAfterMs = 0 }: { readonly retryAfterMs?: number } = {}) {
    super(message);
    this.name = 'SinkUnavailableError';
    this.retryAfterMs = retryAfterMs;
  }
}

/** The sink refuses events. The same events would be refused again. */
export class EventsRefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EventsRefusedError';
  }
}

/** Returns the message of an error of a library. */
export function getMessage(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(getMessage).join('; ');
  return error instanceof Error ? error.message : String(error);
}
