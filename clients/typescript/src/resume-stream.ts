import { CallError, isBrokenConnection } from './call-error';
import { type MessageStream, readMessages } from './calls';

/** How a stream is resumed. */
export interface ResumeDependencies {
  /** Waits; returns early when the signal is aborted. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** Error reasons after which the stream is resumed, in addition to the status UNAVAILABLE. */
const resumableReasons: ReadonlySet<string> = new Set(['SLOW_READER', 'TOO_MANY_CALLS', 'TENANT_TOO_MANY_CALLS']);

/** The back-off doubles with each attempt that receives no message. */
const initialBackoffMs = 100;
const maxBackoffMs = 5_000;

/**
 * Iterates over the messages of a stream, and of further ones after it has broken, with exponential back-off. `startCall` starts each stream
 * after the last message. Ends only with an error that the caller must handle.
 */
export async function* resumeStream<Message>(
  methodName: string,
  startCall: () => MessageStream<Message>,
  { sleep, signal }: ResumeDependencies,
): AsyncGenerator<Message, never> {
  let backoffMs = initialBackoffMs;
  for (;;) {
    try {
      for await (const message of readMessages(methodName, startCall, signal)) {
        backoffMs = initialBackoffMs;
        yield message;
      }
    } catch (error) {
      if (!isResumable(error) && !isBrokenConnection(error, signal)) throw error;
    }
    await sleep(backoffMs * (0.75 + Math.random() / 2));
    backoffMs = Math.min(backoffMs * 2, maxBackoffMs);
  }
}

function isResumable(error: unknown): boolean {
  return error instanceof CallError && (error.status === 'UNAVAILABLE' || resumableReasons.has(error.reason));
}
