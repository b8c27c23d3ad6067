import { Kafka, KafkaJSProtocolError, logLevel, type Producer, type SASLOptions } from 'kafkajs';
import { EventsRefusedError, getMessage, type Sink, SinkUnavailableError } from '../sink';

export interface KafkaSinkOptions {
  /** `HOST:PORT` of some brokers. */
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Undefined: no authentication. */
  readonly sasl: SASLOptions | undefined;
  readonly usesTls: boolean;
  /** CA certificates to trust instead of the default ones, PEM. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
}

/** The number of events that are produced together. A response of the feed has at most 64. */
const batchSize = 64;

/** Errors of a record that every attempt would have: MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE and INVALID_RECORD. */
const refusedTypes: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);

/**
 * Creates a sink that produces events to a topic, with the session as the key, so that those of a session are in one partition. The producer is
 * idempotent: its own retries add no record twice and keep the order. After a failed batch it starts again, and the batch may be there twice.
 */
export function createKafkaSink({ brokers, topic, sasl, usesTls, ca, timeoutMs }: KafkaSinkOptions): Sink {
  const kafka = new Kafka({
    clientId: 'scenario-orchestrator-export',
    brokers: [...brokers],
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    logLevel: logLevel.NOTHING,
    ...(sasl === undefined ? {} : { sasl }),
    ...(usesTls || ca !== undefined ? { ssl: ca === undefined ? true : { ca } } : {}),
  });
  let producer: Producer | undefined;

  async function open(): Promise<Producer> {
    if (producer !== undefined) return producer;
    const opened = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: 2, maxRetryTime: timeoutMs },
    });
    await opened.connect();
    producer = opened;
    return opened;
  }

  async function disconnect(): Promise<void> {
    const closed = producer;
    producer = undefined;
    await closed?.disconnect().catch(() => undefined);
  }

  return {
    name: `Kafka ${brokers.join(',')}, topic ${topic}`,
    batchSize,
    async write(events) {
      const messages = events.map((event) => ({
        key: event.partitionkey ?? null,
        value: JSON.stringify(event),
        headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8', ce_id: event.id },
      }));
      try {
        const opened = await open();
        await opened.send({ topic, messages, acks: -1, timeout: timeoutMs });
      } catch (error) {
        await disconnect();
        throw toSinkError(error, topic);
      }
    },
    close: disconnect,
  };
}

function toSinkError(error: unknown, topic: string): Error {
  // After its own retries the library throws an error whose cause is that of the broker.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof KafkaJSProtocolError)) return new SinkUnavailableError(getMessage(cause));
  if (refusedTypes.has(cause.type)) return new EventsRefusedError(cause.message);
  const hint = cause.type === 'UNKNOWN_TOPIC_OR_PARTITION' ? `: create the topic ${topic}` : '';
  return new SinkUnavailableError(`${cause.message}${hint}`);
}
