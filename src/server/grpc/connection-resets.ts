import { constants, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { type Server, status } from '@grpc/grpc-js';
import type { Clock } from '../ports/clock';
import { watchAge } from './connection-age';

/**
 * Number of calls of a connection that may be canceled in a burst, and per second after it. HTTP/2 ends a connection, with all its calls,
 * after 1,000 resets in a burst, and 33 a second after it. These numbers are a quarter of those, because the server does not notice
 * a reset that arrives after its response.
 */
const burst = 250;
const perSecond = 8;

/**
 * Number of canceled calls after the GOAWAY after which a connection is ended. HTTP/2 does not limit them any more, and a client that
 * respects the GOAWAY has at most the calls that were in transit.
 */
const maxAfterGoaway = 1_000;

/** The highest stream id: the client may finish all streams that it has opened (RFC 9113, 6.8). */
const lastStreamId = 2 ** 31 - 1;

/** The method of grpc-js that creates the HTTP/2 server. It is not part of the public API. */
const hook = '_setupHandlers';

/**
 * Replaces connections on which many calls are canceled: the client receives a GOAWAY and opens another connection for new calls, and
 * the calls that are open continue. Without it, HTTP/2 ends such a connection with all its calls, also those of other callers behind
 * the same proxy. A client that ignores the GOAWAY loses its connection.
 *
 * @throws Error if grpc-js has no such hook any more.
 */
export function replaceResetConnections(server: Server, clock: Clock): void {
  const original: unknown = Reflect.get(server, hook);
  if (typeof original !== 'function') {
    throw new Error(`@grpc/grpc-js has no ${hook}; resets of connections cannot be counted.`);
  }
  Reflect.set(server, hook, (http2Server: Http2Server, ...others: readonly unknown[]) => {
    http2Server.on('session', (session) => {
      watchAge(session);
      countResets(session, clock);
    });
    Reflect.apply(original, server, [http2Server, ...others]);
  });
}

function countResets(session: ServerHttp2Session, clock: Clock): void {
  let resets = 0;
  let updatedAt = clock.now();
  let openCalls = 0;
  let afterGoaway = 0;
  let replacement: Replacement | undefined;
  /** Replaces the connection while a call is open, so that it is still read. */
  const replaceIfDue = (): void => {
    if (resets >= burst && openCalls > 0) replacement ??= new Replacement(session);
  };
  const countReset = (): void => {
    if (replacement !== undefined) {
      afterGoaway += 1;
      if (afterGoaway > maxAfterGoaway) session.destroy();
      return;
    }
    const now = clock.now();
    resets = Math.max(0, resets - (Math.max(0, now - updatedAt) / 1_000) * perSecond) + 1;
    updatedAt = now;
    replaceIfDue();
  };
  session.on('stream', (stream) => {
    openCalls += 1;
    replaceIfDue();
    stream.once('close', () => {
      openCalls -= 1;
      if (mayHaveBeenReset(stream)) countReset();
      if (openCalls === 0) replacement?.refuseFurtherCalls();
    });
  });
}

/** Interval in which a connection is read that Node.js does not read any more, and the longest time for which it is read. Milliseconds. */
const readIntervalMs = 5;
const maxReadMs = 5_000;

/** A connection that its client replaces. */
class Replacement {
  private acceptsCalls = true;

  /** Calls that the client has started before it receives the GOAWAY are accepted: they arrive before the response to the PING. */
  constructor(private readonly session: ServerHttp2Session) {
    if (!this.isOpen()) return;
    session.goaway(constants.NGHTTP2_NO_ERROR, lastStreamId);
    session.ping(() => {
      if (this.acceptsCalls) session.close();
      this.acceptsCalls = false;
    });
  }

  /**
   * Refuses the calls that are still in transit, so that the client can send them again on its new connection. Node.js reads no further calls
   * when a GOAWAY was sent and no call is open: without a second GOAWAY with the last call that was read, they would wait for their deadlines.
   */
  refuseFurtherCalls(): void {
    if (!this.acceptsCalls || !this.isOpen()) return;
    this.acceptsCalls = false;
    const { session } = this;
    session.goaway(constants.NGHTTP2_NO_ERROR);
    // A socket that is closed before it was read is reset, and the client might lose the GOAWAY. What is read is ignored.
    const reading = setInterval(() => startReading(session), readIntervalMs);
    const end = setTimeout(() => session.close(), maxReadMs);
    session.once('close', () => {
      clearInterval(reading);
      clearTimeout(end);
    });
  }

  private isOpen(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }
}

/** Starts reading from the socket of a connection, which Node.js does not offer. Has no effect if it is being read. */
function startReading(session: ServerHttp2Session): void {
  if (session.destroyed) return;
  const handle: unknown = Reflect.get(session.socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return;
  const start: unknown = Reflect.get(handle, 'readStart');
  if (typeof start === 'function') Reflect.apply(start, handle, []);
}

/** Statuses of calls that a client usually cancels at the same time, so that the reset may arrive after the status. */
const canceledStatuses: ReadonlySet<unknown> = new Set([status.CANCELLED, status.DEADLINE_EXCEEDED].map(String));

/** Whether the client has reset a stream, or may do so after it has ended: its request is incomplete, or its deadline has passed. */
function mayHaveBeenReset(stream: ServerHttp2Stream): boolean {
  if (stream.rstCode !== constants.NGHTTP2_NO_ERROR || !stream.readableEnded) return true;
  const sentStatus = stream.sentTrailers?.['grpc-status'] ?? stream.sentHeaders?.['grpc-status'];
  return sentStatus === undefined || canceledStatuses.has(String(sentStatus));
}
