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
  let isReplaced = false;
  let afterGoaway = 0;
  session.on('stream', (stream) => {
    stream.once('close', () => {
      if (!mayHaveBeenReset(stream)) return;
      if (isReplaced) {
        afterGoaway += 1;
        if (afterGoaway > maxAfterGoaway) session.destroy();
        return;
      }
      const now = clock.now();
      resets = Math.max(0, resets - (Math.max(0, now - updatedAt) / 1_000) * perSecond) + 1;
      updatedAt = now;
      if (resets < burst) return;
      isReplaced = true;
      replace(session);
    });
  });
}

/** Calls that the client has started before it receives the GOAWAY are accepted: they arrive before the response to the PING. */
function replace(session: ServerHttp2Session): void {
  if (session.closed || session.destroyed) return;
  session.goaway(constants.NGHTTP2_NO_ERROR, lastStreamId);
  session.ping(() => session.close());
}

/** Statuses of calls that a client usually cancels at the same time, so that the reset may arrive after the status. */
const canceledStatuses: ReadonlySet<unknown> = new Set([status.CANCELLED, status.DEADLINE_EXCEEDED].map(String));

/** Whether the client has reset a stream, or may do so after it has ended: its request is incomplete, or its deadline has passed. */
function mayHaveBeenReset(stream: ServerHttp2Stream): boolean {
  if (stream.rstCode !== constants.NGHTTP2_NO_ERROR || !stream.readableEnded) return true;
  const sentStatus = stream.sentTrailers?.['grpc-status'] ?? stream.sentHeaders?.['grpc-status'];
  return sentStatus === undefined || canceledStatuses.has(String(sentStatus));
}
