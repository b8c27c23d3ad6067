import { setMaxListeners } from 'node:events';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { toStatusObject } from '../errors/call-error';
import { toRpcStatus } from '../errors/rpc-status';
import { type BidiStreamCall, CallContext } from '../middleware/call-context';
import { startStreamSpan } from '../middleware/call-span';
import { compose } from '../middleware/middleware';
import type { RawRequest } from '../validation/request-validator';
import { onClosing } from './closing-signals';
import type { HandlerDependencies } from './dependencies';
import type { BidiStreamMethod, MessageOrBytes } from './method';

type RespondTo<Request, Response> = (request: RawRequest<Request>) => Promise<MessageOrBytes<Response>>;

/**
 * Creates the handler of a bidirectional method. It sends one response per request as soon as the response is available. At
 * most `limits.maxRequests` requests may wait for their response to be sent. At this limit nothing is read, so HTTP/2 flow control
 * blocks the client. The stream ends when the client has half-closed it and every request has its response. It also ends with
 * SHUTTING_DOWN when the server drains or the connection has reached its maximum age, and with the reason of the revocation when the credential is no longer valid. In both
 * cases, the responses to the requests that have been read are sent first.
 */
export function createBidiStreamHandler<Request, Response>(
  method: BidiStreamMethod<Request, Response>,
  { middlewares, telemetry, clock, turnTimeoutMs, drainSignal }: HandlerDependencies,
): (stream: BidiStreamCall<MessageOrBytes<Response>>) => void {
  const runRequest = compose<Request, MessageOrBytes<Response>>(middlewares['stream request'], (call) =>
    method.handle(call.getRequest(), call),
  );
  const { name, readCaller } = method.span;
  return (stream) => {
    const runStream = compose<never, void>(middlewares['bidi stream'], (context) => {
      setMaxListeners(0, context.signal); // One listener per request.
      const respondTo: RespondTo<Request, Response> = (request) => {
        const span = telemetry.startRequest(name, context.span, () => readCaller(request.bytes));
        return runRequest(CallContext.forStreamRequest(context, request, clock.now() + turnTimeoutMs, span))
          .catch((error: OrchestratorError) => {
            span.setError(error);
            return method.toErrorResponse(request.bytes, toRpcStatus(error, span.traceId));
          })
          .finally(() => span.end());
      };
      return respondToAll(stream, {
        respondTo,
        maxRequests: method.limits.maxRequests,
        drainSignal,
        revocationSignal: context.revocationSignal,
      });
    });
    const streamSpan = startStreamSpan({ telemetry }, stream);
    runStream(CallContext.forStream(stream, streamSpan)).then(
      () => stream.end(),
      // The event is also emitted for a stream that is canceled and closed, because no other event ends the span of the stream.
      (error: OrchestratorError) => stream.emit('error', toStatusObject(error, streamSpan.traceId)),
    );
  };
}

interface RespondOptions<Request, Response> {
  /** Never rejects. */
  readonly respondTo: RespondTo<Request, Response>;
  readonly maxRequests: number;
  readonly drainSignal: AbortSignal;
  readonly revocationSignal: AbortSignal | undefined;
}

/** Reads requests and writes responses until the stream ends. */
function respondToAll<Request, Response>(
  stream: BidiStreamCall<MessageOrBytes<Response>>,
  { respondTo, maxRequests, drainSignal, revocationSignal }: RespondOptions<Request, Response>,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let pendingCount = 0;
    let end: (() => void) | undefined;

    const endIfIdle = (): void => {
      if (pendingCount === 0) end?.();
    };
    const stopReading = (onEnd: () => void): void => {
      end ??= onEnd;
      stream.pause();
      endIfIdle();
    };
    const drain = (): void => stopReading(() => reject(createShuttingDownError()));
    const onSent = (): void => {
      pendingCount--;
      if (end === undefined) stream.resume();
      endIfIdle();
    };

    stream.on('data', (request: RawRequest<Request>) => {
      pendingCount++;
      if (pendingCount >= maxRequests) stream.pause();
      // `onSent` is called when HTTP/2 has accepted the response, so that responses to a slow client count as pending.
      void respondTo(request).then((response) => stream.write(response, onSent));
    });
    stream.once('end', () => stopReading(resolve));
    // `onSent` is not called for responses to a closed stream. Requests in progress are canceled by the signal of the stream, and
    // count as calls in flight until their handlers end.
    stream.once('close', () => {
      stopListening();
      reject(new OrchestratorError('CANCELLED', 'The client canceled the call.'));
    });
    const stopListening = onClosing(stream, drainSignal, drain);
    revocationSignal?.addEventListener('abort', () => stopReading(() => reject(revocationSignal.reason)), {
      once: true,
    });
  });
}

function createShuttingDownError(): OrchestratorError {
  return new OrchestratorError(
    'SHUTTING_DOWN',
    'The server closes this connection; open a new stream and resend unanswered turns with the same turn_ids.',
  );
}
