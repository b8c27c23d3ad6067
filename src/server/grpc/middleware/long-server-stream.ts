import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { type Call, createCall } from '../../ports/call';
import type { RawRequest } from '../validation/request-validator';
import { endWhenDone, type ServerStreamHandler } from './server-stream';
import type { CallDependencies } from './unary';

/**
 * A server-streaming method that lasts until its caller has enough. It takes a place among the streams, none among the calls;
 * its call is aborted with SHUTTING_DOWN when the server drains, and with the reason when its credential holds no longer. A message is sent as soon as it is given; `send` resolves when
 * HTTP/2 has taken it, which waits for the reader, and rejects with SLOW_READER where that takes longer than `stallTimeoutMs`.
 */
export function longServerStream<Request, Response>(
  surroundings: CallDependencies,
  work: ServerStreamHandler<Request, Response>,
): handleServerStreamingCall<RawRequest<Request>, Response> {
  return (stream) => {
    const working = surroundings.admission.admitLongStream(stream, (request, caller, revoked) =>
      untilEnded(caller, surroundings.drainSignal, revoked, (call) =>
        work(request, call, (message) => send(stream, message, call, surroundings.stallTimeoutMs)),
      ),
    );
    endWhenDone(working, stream, surroundings);
  };
}

/** Works for a call that is over when its caller gives up, may do it no longer, or the server drains. */
async function untilEnded(
  caller: Call,
  draining: AbortSignal,
  revoked: AbortSignal,
  work: (call: Call) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const cancel = () => over.abort(new OrchestratorError('CANCELLED', 'The caller gave up.'));
  const drain = () =>
    over.abort(
      new OrchestratorError('SHUTTING_DOWN', 'The node is shutting down; go on from the cursor on another one.'),
    );
  if (draining.aborted) drain();
  draining.addEventListener('abort', drain);
  revoked.addEventListener('abort', () => over.abort(revoked.reason));
  caller.signal.addEventListener('abort', cancel);
  try {
    await work(createCall(caller.deadline, over.signal));
  } finally {
    draining.removeEventListener('abort', drain);
    caller.signal.removeEventListener('abort', cancel);
  }
}

function send<Response>(
  stream: ServerWritableStream<unknown, Response>,
  message: Response,
  { signal }: Call,
  stallTimeoutMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      then();
    };
    const giveUp = settle(() => reject(signal.reason));
    const timer = setTimeout(
      settle(() => reject(slowReader(stallTimeoutMs))),
      stallTimeoutMs,
    );
    signal.addEventListener('abort', giveUp);
    stream.write(message, settle(resolve));
  });
}

function slowReader(stallTimeoutMs: number): OrchestratorError {
  return new OrchestratorError(
    'SLOW_READER',
    `The reader took nothing for ${stallTimeoutMs} ms; read faster, and go on from the cursor.`,
  );
}
