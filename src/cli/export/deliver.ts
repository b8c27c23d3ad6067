import { CommandError, exitCodes } from '../exit-codes';
import type { CloudEvent } from './cloud-event';
import { retry } from './retry';
import { EventsRefusedError, getMessage, type Sink, SinkUnavailableError } from './sink';

export interface Delivery {
  readonly sink: Sink;
  /** Stores events that cannot be delivered. Without it, the export ends at the first of them. */
  readonly deadLetters: DeadLetters | undefined;
  /** Attempts for a batch before it is a dead letter. Infinite without `deadLetters`. */
  readonly maxAttempts: number;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/** Where events go that the sink does not take. */
export interface DeadLetters {
  readonly name: string;
  /** Resolves when the events are stored durably. */
  store(events: readonly CloudEvent[], reason: string): Promise<void>;
}

/**
 * Delivers events in order. Resolves when each one is confirmed by the sink or stored as a dead letter. Repeats what the sink has not confirmed,
 * with exponential back-off. Refused batches are delivered one event at a time, to find the refused ones.
 *
 * @throws CommandError if an event cannot be delivered and there is no place for dead letters.
 */
export async function deliver(events: readonly CloudEvent[], delivery: Delivery): Promise<void> {
  const { batchSize } = delivery.sink;
  for (let start = 0; start < events.length; start += batchSize) {
    await deliverBatch(events.slice(start, start + batchSize), delivery);
  }
}

async function deliverBatch(events: readonly CloudEvent[], delivery: Delivery): Promise<void> {
  const { sink, deadLetters, maxAttempts, signal, report } = delivery;
  let failures = 0;
  try {
    await retry(() => sink.write(events), {
      getRetryAfterMs: (error) => (error instanceof SinkUnavailableError ? error.retryAfterMs : undefined),
      onRetry(error, attempt, delayMs) {
        failures = attempt;
        report(`${sink.name}: ${getMessage(error)}. Attempt ${attempt}, next one in ${formatSeconds(delayMs)} s.`);
      },
      maxAttempts,
      signal,
    });
    if (failures > 0) report(`${sink.name}: delivered at attempt ${failures + 1}.`);
  } catch (error) {
    if (error instanceof EventsRefusedError && events.length > 1) {
      report(`${sink.name}: ${error.message}. The ${events.length} events of the batch are sent one at a time.`);
      for (const event of events) await deliverBatch([event], delivery);
      return;
    }
    if (!(error instanceof EventsRefusedError || error instanceof SinkUnavailableError)) throw error;
    if (deadLetters === undefined) throw createRefusedError(sink, events, error.message);
    await deadLetters.store(events, error.message);
    report(`${sink.name}: ${error.message}. ${events.length} dead letters were written to ${deadLetters.name}.`);
  }
}

function createRefusedError(sink: Sink, events: readonly CloudEvent[], reason: string): CommandError {
  const [first] = events;
  return new CommandError(
    exitCodes.sink,
    `${sink.name}: ${reason}`,
    `Event ${first?.id ?? ''} (session ${first?.subject ?? 'none'}) was not delivered, and is not acknowledged.`,
    'Fix the sink and start the command again, or set --dead-letter-file to store such events and continue.',
  );
}

function formatSeconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
