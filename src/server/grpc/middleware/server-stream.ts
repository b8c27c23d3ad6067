import { once } from 'node:events';
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Call } from '../../ports/call';
import { toOrchestratorError, toStatusObject } from '../errors/call-error';
import type { RawRequest, ValidatedRequest } from '../validation/request-validator';
import type { CallDependencies } from './unary';

/** Sends one message; resolves when the next one may be sent. Rejects with CANCELLED when nobody listens any more. */
export type Send<Response> = (message: Response) => Promise<void>;

/** What a server-streaming method does with a request that keeps the contract. */
export type ServerStreamHandler<Request, Response> = (
  request: ValidatedRequest<Request>,
  call: Call,
  send: Send<Response>,
) => Promise<void>;

/** A server-streaming method as grpc-js wants it. It always ends the stream, with OK or the error. */
export function serverStream<Request, Response>(
  surroundings: CallDependencies,
  work: ServerStreamHandler<Request, Response>,
): handleServerStreamingCall<RawRequest<Request>, Response> {
  return (stream) => {
    const working = surroundings.admission.admit(stream, (request, call) =>
      work(request, call, (message) => send(stream, call, message)),
    );
    endWhenDone(working, stream, surroundings);
  };
}

/** Ends the stream when the work is done. */
export function endWhenDone<Request, Response>(
  working: Promise<void>,
  stream: ServerWritableStream<Request, Response>,
  surroundings: CallDependencies,
): void {
  working.then(
    () => stream.end(),
    (thrown: unknown) => {
      const failure = toOrchestratorError(thrown, stream.getPath(), surroundings);
      // grpc-js takes an error event for the status to end with. Also where the stream was cancelled and is gone: its span ends
      // with nothing else.
      stream.emit('error', toStatusObject(failure, surroundings.telemetry.getTraceId()));
    },
  );
}

/** grpc-js takes what is written whether there is room or not, so a reader that is slow is waited for. */
async function send<Response>(
  stream: ServerWritableStream<unknown, Response>,
  call: Call,
  message: Response,
): Promise<void> {
  if (call.isCancelled) throw new OrchestratorError('CANCELLED', 'The caller gave up.');
  if (stream.write(message)) return;
  try {
    await once(stream, 'drain', { signal: call.signal });
  } catch (cause) {
    throw new OrchestratorError('CANCELLED', 'The caller gave up.', { cause });
  }
}
