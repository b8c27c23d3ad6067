import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js';
import type { Status } from '../../../../gen/google/rpc/status';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Call } from '../../ports/call';
import { toOrchestratorError, toStatusObject } from '../errors/call-error';
import { toRpcStatus } from '../errors/rpc-status';
import type { RawRequest, ValidatedRequest } from '../validation/request-validator';
import type { GrpcCall } from './grpc-call';
import type { CallDependencies, MessageOrBytes } from './unary';

/** What a bidirectional method does with each of its requests. */
export interface BidiHandler<Request, Response> {
  /** Name of the span of one request, below the stream's own. */
  readonly spanName: string;
  /** Answers a request that keeps the contract. Called in the order in which requests came, also while others are at work. */
  readonly handle: (request: ValidatedRequest<Request>, call: Call) => Promise<MessageOrBytes<Response>>;
  /** The answer to a request that failed, by its bytes: it ends with this status, the stream goes on. */
  readonly toErrorResponse: (sent: Uint8Array, status: Status) => Response;
}

type Stream<Request, Response> = ServerDuplexStream<RawRequest<Request>, MessageOrBytes<Response>>;

/**
 * A bidirectional method as grpc-js wants it: one answer a request, each as soon as it is there. At most `requestsPerStream` are
 * between being read and having their answers sent; while they are, nothing is read, and HTTP/2 holds the caller back. The
 * stream ends when its caller has sent everything and is answered; or once what was read is answered, with SHUTTING_DOWN when the
 * server drains and with the reason when the credential holds no longer.
 */
export function bidiStream<Request, Response>(
  surroundings: CallDependencies,
  method: BidiHandler<Request, Response>,
): handleBidiStreamingCall<RawRequest<Request>, MessageOrBytes<Response>> {
  return (stream) => {
    surroundings.admission
      .admitBidiStream(stream, (call, revoked) =>
        answerAll<Request, Response>(stream, surroundings, revoked, (request) =>
          answerTo(request, stream.getPath(), call, surroundings, method),
        ),
      )
      .then(
        () => stream.end(),
        (thrown: unknown) => {
          const failure = toOrchestratorError(thrown, stream.getPath(), surroundings);
          // Also where the stream was cancelled and is gone: its span ends with nothing else.
          stream.emit('error', toStatusObject(failure, surroundings.telemetry.getTraceId()));
        },
      );
  };
}

/** Reads, has answered and writes until there is nothing more to answer. `answer` never rejects. */
function answerAll<Request, Response>(
  stream: Stream<Request, Response>,
  { maxRequestsPerStream: requestsPerStream, drainSignal: draining }: CallDependencies,
  revoked: AbortSignal,
  answer: (request: RawRequest<Request>) => Promise<MessageOrBytes<Response>>,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let unanswered = 0;
    let end: (() => void) | undefined;

    const endIfAnswered = (): void => {
      if (unanswered === 0) end?.();
    };
    const readNoMore = (andThen: () => void): void => {
      end ??= andThen;
      stream.pause();
      endIfAnswered();
    };
    const drain = (): void => readNoMore(() => reject(shuttingDown()));
    const sent = (): void => {
      unanswered--;
      if (end === undefined) stream.resume();
      endIfAnswered();
    };

    stream.on('data', (request: RawRequest<Request>) => {
      unanswered++;
      if (unanswered >= requestsPerStream) stream.pause();
      // Called back when HTTP/2 has taken it, so that a reader who is slow has no more than this waiting.
      void answer(request).then((response) => stream.write(response, sent));
    });
    stream.once('end', () => readNoMore(resolve));
    // Nobody calls back for what was written by then. What is at work has the call's signal, and places of its own.
    stream.once('close', () => {
      draining.removeEventListener('abort', drain);
      reject(new OrchestratorError('CANCELLED', 'The caller gave up.'));
    });
    if (draining.aborted) drain();
    else draining.addEventListener('abort', drain, { once: true });
    revoked.addEventListener('abort', () => readNoMore(() => reject(revoked.reason)), { once: true });
  });
}

function answerTo<Request, Response>(
  request: RawRequest<Request>,
  path: string,
  stream: GrpcCall,
  surroundings: CallDependencies,
  method: BidiHandler<Request, Response>,
): Promise<MessageOrBytes<Response>> {
  const { admission: gate, telemetry } = surroundings;
  return telemetry.withSpanAsync(method.spanName, (span) =>
    gate.admitStreamRequest(request, stream, method.handle).catch((thrown: unknown) => {
      const failure = toOrchestratorError(thrown, path, surroundings);
      span.setError(failure);
      return method.toErrorResponse(request.bytes, toRpcStatus(failure, telemetry.getTraceId()));
    }),
  );
}

function shuttingDown(): OrchestratorError {
  return new OrchestratorError(
    'SHUTTING_DOWN',
    'The node is shutting down; open a new stream and send unanswered turns again, with the same turn_ids.',
  );
}
