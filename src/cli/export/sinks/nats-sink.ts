import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import {
  type ConnectionOptions,
  connect,
  headers as createHeaders,
  credsAuthenticator,
  type NatsConnection,
  RequestError,
} from '@nats-io/transport-node';
import { type CloudEvent, eventTypes } from '../cloud-event';
import { EventsRefusedError, getMessage, type Sink, SinkUnavailableError } from '../sink';

export interface NatsSinkOptions {
  /** `HOST:PORT` of each server. */
  readonly servers: readonly string[];
  /** The start of the subjects. */
  readonly subject: string;
  /** The content of a credentials file. Undefined: `username` and `password`, if there are any. */
  readonly credentials: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly usesTls: boolean;
  /** CA certificates to trust instead of the default ones, PEM. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
}

/** The number of events that are published together. A response of the feed has at most 64. */
const batchSize = 64;

/** The error of a message that is larger than the stream allows (JSStreamMessageExceedsMaximumErr). */
const messageTooLargeCode = 10_054;

/**
 * Creates a sink that publishes events to a stream of JetStream, with `Nats-Msg-Id`. The events of a session are published one after the other, so
 * that a failed one is not behind a later one; different sessions are published at the same time.
 */
export function createNatsSink(options: NatsSinkOptions): Sink {
  const { servers, subject, timeoutMs } = options;
  let connection: NatsConnection | undefined;
  let client: JetStreamClient | undefined;

  async function open(): Promise<{ readonly stream: JetStreamClient; readonly maxPayload: number }> {
    if (connection === undefined || client === undefined || connection.isClosed()) {
      connection = await connect(toConnectionOptions(options));
      client = jetstream(connection, { timeout: timeoutMs });
    }
    return { stream: client, maxPayload: connection.info?.max_payload ?? Number.POSITIVE_INFINITY };
  }

  return {
    name: `NATS ${servers.join(',')}, subject ${subject}`,
    batchSize,
    async write(events) {
      try {
        const { stream, maxPayload } = await open();
        const encoded = events.map((event) => ({ event, body: JSON.stringify(event) }));
        const largest = Math.max(...encoded.map(({ body }) => Buffer.byteLength(body)));
        if (largest > maxPayload) {
          throw new EventsRefusedError(`An event has ${largest} bytes, the server allows ${maxPayload} (max_payload)`);
        }
        const sessions = new Map<string, (typeof encoded)[number][]>();
        for (const item of encoded) {
          const key = item.event.partitionkey ?? '';
          sessions.set(key, [...(sessions.get(key) ?? []), item]);
        }
        await settle([...sessions.values()], async ({ event, body }) => {
          const headers = createHeaders();
          headers.set('content-type', 'application/cloudevents+json');
          await stream.publish(toSubject(subject, event), body, { msgID: event.id, headers });
        });
      } catch (error) {
        throw toSinkError(error, subject);
      }
    },
    async close() {
      await connection?.close();
    },
  };
}

/** Runs an action for the items of each list, one after the other, and for the lists at the same time. Ends when nothing runs. */
async function settle<Item>(lists: readonly (readonly Item[])[], action: (item: Item) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(
    lists.map(async (items) => {
      for (const item of items) await action(item);
    }),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function toConnectionOptions(options: NatsSinkOptions): ConnectionOptions {
  const { servers, credentials, username, password, usesTls, ca, timeoutMs } = options;
  return {
    servers: [...servers],
    name: 'scenario-orchestrator export',
    timeout: timeoutMs,
    // `deliver` repeats a batch, which connects again.
    reconnect: false,
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(Buffer.from(credentials)) }),
    ...(username === undefined ? {} : { user: username }),
    ...(password === undefined ? {} : { pass: password }),
    ...(usesTls || ca !== undefined ? { tls: ca === undefined ? {} : { ca } } : {}),
  };
}

/** The part of a subject that names the kind of event. */
const kindTokens: Readonly<Record<CloudEvent['type'], string>> = {
  [eventTypes.turn]: 'turn',
  [eventTypes.deletedSession]: 'deleted',
  [eventTypes.expiredSession]: 'expired',
  [eventTypes.gap]: 'gap',
};

function toSubject(start: string, { type, subject }: CloudEvent): string {
  return [start, kindTokens[type], ...(subject === undefined ? [] : [subject])].join('.');
}

function toSinkError(error: unknown, subject: string): Error {
  if (error instanceof EventsRefusedError) return error;
  if (error instanceof JetStreamApiError && error.code === messageTooLargeCode)
    return new EventsRefusedError(error.message);
  // The library reports that nothing answers on the subject as a server without JetStream.
  if (error instanceof Error && error.cause instanceof RequestError && error.cause.isNoResponders()) {
    return new SinkUnavailableError(`No stream has the subject ${subject}.>: create one, with JetStream enabled`);
  }
  return new SinkUnavailableError(getMessage(error));
}
