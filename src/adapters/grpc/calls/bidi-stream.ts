import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js';
import type { Status } from '../../../../gen/google/rpc/status';
import { OrchestratorError } from '../../../domain/orchestrator-error';
import type { Call } from '../../../ports/call';
import { failureOf, statusObjectOf } from '../errors/call-failure';
import { rpcStatusOf } from '../errors/rpc-status';
import type { AcceptedRequest, SentRequest } from '../guard/request-guard';
import type { GrpcCall } from './grpc-call';
import type { CallSurroundings, Outgoing } from './unary';

/** What a bidirectional method does with each of its requests. */
export interface BidiMethod<Request, Response> {
  /** Name of the span of one request, below the stream's own. */
  readonly span: string;
  /** Answers a request that keeps the contract. Called in the order in which requests came, also while others are at work. */
  readonly answer: (request: AcceptedRequest<Request>, call: Call) => Promise<Outgoing<Response>>;
  /** The answer to a request that failed, by its bytes: it ends with this status, the stream goes on. */
  readonly failed: (sent: Uint8Array, status: Status) => Response;
}

type Stream<Request, Response> = ServerDuplexStream<SentRequest<Request>, Outgoing<Response>>;

/**
 * A bidirectional method as grpc-js wants it: one answer a request, each as soon as it is there. At most `requestsPerStream` are
 * between being read and having their answers sent; while they are, nothing is read, and HTTP/2 holds the caller back. The
 * stream ends when its caller has sent everything and is answered; or once what was read is answered, with SHUTTING_DOWN when the
 * server drains and with the reason when the credential holds no longer.
 */
export function bidiStream<Request, Response>(
  surroundings: CallSurroundings,
  method: BidiMethod<Request, Response>,
): handleBidiStreamingCall<SentRequest<Request>, Outgoing<Response>> {
  return (stream) => {
    surroundings.gate
      .admitStream(stream, (call, revoked) =>
        answerAll<Request, Response>(stream, surroundings, revoked, (request) =>
          answerTo(request, stream.getPath(), call, surroundings, method),
        ),
      )
      .then(
        () => stream.end(),
        (thrown: unknown) => {
          const failure = failureOf(thrown, stream.getPath(), surroundings);
          // Also where the stream was cancelled and is gone: its span ends with nothing else.
          stream.emit('error', statusObjectOf(failure, surroundings.telemetry.traceId()));
        },
      );
  };
}

/** Reads, has answered and writes until there is nothing more to answer. `answer` never rejects. */
function answerAll<Request, Response>(
  stream: Stream<Request, Response>,
  { requestsPerStream, draining }: CallSurroundings,
  revoked: AbortSignal,
  answer: (request: SentRequest<Request>) => Promise<Outgoing<Response>>,
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

    stream.on('data', (request: SentRequest<Request>) => {
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
  request: SentRequest<Request>,
  path: string,
  stream: GrpcCall,
  surroundings: CallSurroundings,
  method: BidiMethod<Request, Response>,
): Promise<Outgoing<Response>> {
  const { gate, telemetry } = surroundings;
  return telemetry.spanAsync(method.span, (span) =>
    gate.admitRequest(request, stream, method.answer).catch((thrown: unknown) => {
      const failure = failureOf(thrown, path, surroundings);
      span.setFailed(failure);
      return method.failed(request.bytes, rpcStatusOf(failure, telemetry.traceId()));
    }),
  );
}

function shuttingDown(): OrchestratorError {
  return new OrchestratorError(
    'SHUTTING_DOWN',
    'The node is shutting down; open a new stream and send unanswered turns again, with the same turn_ids.',
  );
}
