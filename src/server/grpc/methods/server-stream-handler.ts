import { once } from 'node:events';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { type Call, createCall } from '../../ports/call';
import type { Span } from '../../ports/span';
import { toStatusObject } from '../errors/call-error';
import { CallContext, type ResponseStream, type ServerStreamCall } from '../middleware/call-context';
import { startStreamSpan } from '../middleware/call-span';
import { compose } from '../middleware/middleware';
import { onClosing } from './closing-signals';
import type { HandlerDependencies } from './dependencies';
import type { LongServerStreamMethod, ServerStreamMethod } from './method';

/** Handles a call. Always ends its stream, with OK or an error. */
export type HandleStream<Request, Response> = (stream: ServerStreamCall<Request, Response>) => void;

/** Creates the handler of a server-streaming method. The handler always ends the stream, with OK or an error. */
export function createServerStreamHandler<Request, Response>(
  method: ServerStreamMethod<Request, Response>,
  deps: HandlerDependencies,
): HandleStream<Request, Response> {
  const middlewares = deps.middlewares['server stream'];
  return (stream) => {
    const run = compose<Request, void>(middlewares, (call) =>
      method.handle(call.getRequest(), call, (message) => send(stream, call, message)),
    );
    const span = startStreamSpan(deps, stream);
    endStream(stream, run(CallContext.forCall(stream, deps.clock.now() + deps.turnTimeoutMs, span)), span);
  };
}

/**
 * Creates the handler of a long-lived stream. The call that `handle` receives is aborted with SHUTTING_DOWN when the server
 * drains or the connection has reached its maximum age, and with the reason of the revocation when the credential is no longer valid. Messages are sent immediately. `send`
 * resolves when HTTP/2 flow control has accepted the message, and rejects with SLOW_READER if that takes longer than
 * `stallTimeoutMs`.
 */
export function createLongServerStreamHandler<Request, Response>(
  method: LongServerStreamMethod<Request, Response>,
  deps: HandlerDependencies,
): HandleStream<Request, Response> {
  const middlewares = deps.middlewares['long server stream'];
  const { stallTimeoutMs } = method.limits;
  return (stream) => {
    const run = compose<Request, void>(middlewares, (context) =>
      runUntilEnded(
        context,
        (end) => onClosing(stream, deps.drainSignal, end),
        (call) => {
          stream.onOpen?.();
          return method.handle(context.getRequest(), call, (message) =>
            sendInTime(stream, call, message, stallTimeoutMs),
          );
        },
      ),
    );
    const span = startStreamSpan(deps, stream);
    endStream(stream, run(CallContext.forCall(stream, Number.POSITIVE_INFINITY, span)), span);
  };
}

/** Ends the stream with the outcome of its handler. */
function endStream<Response>(stream: ResponseStream<Response>, outcome: Promise<void>, span: Span): void {
  outcome.then(
    () => stream.end(),
    // grpc-js ends the stream with the status in an error event. The event is also emitted for a stream that is canceled and
    // closed, because no other event ends the span of the stream.
    (error: OrchestratorError) => stream.emit('error', toStatusObject(error, span.traceId)),
  );
}

/** Runs work with a call that ends when the client cancels, the credential is no longer valid, or the stream must end. */
async function runUntilEnded<Request>(
  context: CallContext<Request>,
  listen: (end: () => void) => () => void,
  work: (call: Call) => Promise<void>,
): Promise<void> {
  const { revocationSignal, signal } = context;
  const controller = new AbortController();
  const cancel = () => controller.abort(createCanceledError());
  const drain = () => controller.abort(createShuttingDownError());
  const stopListening = listen(drain);
  revocationSignal?.addEventListener('abort', () => controller.abort(revocationSignal.reason));
  signal.addEventListener('abort', cancel);
  try {
    await work(createCall(context.deadline, controller.signal, context.span));
  } finally {
    stopListening();
    signal.removeEventListener('abort', cancel);
  }
}

/** Writes a message. Waits while the buffer is full, because grpc-js buffers without limit. */
async function send<Response>(stream: ResponseStream<Response>, call: Call, message: Response): Promise<void> {
  if (call.isCanceled) throw createCanceledError();
  if (stream.write(message)) return;
  try {
    await once(stream, 'drain', { signal: call.signal });
  } catch (cause) {
    throw createCanceledError(cause);
  }
}

function sendInTime<Response>(
  stream: ResponseStream<Response>,
  { signal }: Call,
  message: Response,
  stallTimeoutMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (settlePromise: () => void) => () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      settlePromise();
    };
    const abort = settle(() => reject(signal.reason));
    const timer = setTimeout(
      settle(() => reject(createSlowReaderError(stallTimeoutMs))),
      stallTimeoutMs,
    );
    signal.addEventListener('abort', abort);
    stream.write(message, settle(resolve));
  });
}

function createCanceledError(cause?: unknown): OrchestratorError {
  return new OrchestratorError('CANCELLED', 'The client canceled the call.', { cause });
}

function createShuttingDownError(): OrchestratorError {
  return new OrchestratorError(
    'SHUTTING_DOWN',
    'The server closes this connection; resume on another one from the cursor.',
  );
}

function createSlowReaderError(stallTimeoutMs: number): OrchestratorError {
  return new OrchestratorError(
    'SLOW_READER',
    `The client read nothing for ${stallTimeoutMs} ms; read faster and resume from the cursor.`,
  );
}
