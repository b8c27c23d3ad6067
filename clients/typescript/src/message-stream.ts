import type { Readable } from 'node:stream';
import type { ServiceError } from '@grpc/grpc-js';
import { CallError } from './call-error';

/** A call of grpc-js that answers with messages. */
export type MessageStream<Message> = Readable & { cancel(): void } & AsyncIterable<Message>;

/**
 * The messages of a call, which begins with the iteration. An error is a CallError. Leaving the iteration cancels the call, and so
 * does the signal.
 */
export async function* readMessages<Message>(
  method: string,
  begin: () => MessageStream<Message>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Message, void> {
  const call = begin();
  const cancel = (): void => call.cancel();
  let failure: CallError | undefined;
  // Also after nobody reads any more: an error that nobody hears would end the process.
  call.on('error', (error) => {
    if (isServiceError(error)) failure = new CallError(method, error);
  });
  signal?.addEventListener('abort', cancel);
  if (signal?.aborted) cancel();
  try {
    yield* call;
  } catch (error) {
    throw failure ?? error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Whether an error says how the call ended, and not what became of a stream that is joined to it. */
function isServiceError(error: Error): error is ServiceError {
  return 'code' in error && typeof error.code === 'number' && 'details' in error;
}
