import type {
  TurnRecord,
  WatchSessionRequest,
  WatchSessionResponse,
} from '../../../gen/focal/orchestration/v1/session_service';
import { CallError, isBrokenConnection } from './call-error';
import { type MessageStream, readMessages } from './calls';

/** The client methods that `watchSession` calls. */
export interface WatchDependencies {
  /** Starts a WatchSession call. */
  readonly openStream: (request: WatchSessionRequest) => MessageStream<WatchSessionResponse>;
  /** Resolves to the current revision of the session; 0 for a session that does not exist. */
  readonly getRevision: () => Promise<number>;
  /** Waits; returns early when the signal is aborted. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** Error reasons after which the stream is resumed, in addition to the status UNAVAILABLE. */
const resumableReasons: ReadonlySet<string> = new Set(['SLOW_READER', 'TOO_MANY_CALLS', 'TENANT_TOO_MANY_CALLS']);

/** The back-off doubles with each attempt that receives no turn. */
const initialBackoffMs = 100;
const maxBackoffMs = 5_000;

/**
 * Iterates over every turn of a session exactly once and in order. Resumes a broken stream after the last turn, with exponential
 * back-off. Ends only with an error: a CallError, for example SESSION_NOT_FOUND, CURSOR_TOO_OLD, or CANCELLED after the signal.
 */
export async function* watchSession(
  request: WatchSessionRequest,
  { openStream, getRevision, sleep, signal }: WatchDependencies,
): AsyncGenerator<TurnRecord, never> {
  // Without a cursor, turns that are committed while a stream is broken would be lost.
  let cursor = { ...request, afterRevision: request.afterRevision ?? (await getRevision()) };
  let backoffMs = initialBackoffMs;
  for (;;) {
    const startCall = () => openStream(cursor);
    try {
      for await (const { turn } of readMessages('WatchSession', startCall, signal)) {
        if (turn === undefined) continue;
        cursor = { ...cursor, afterRevision: turn.revision, afterTurnId: turn.turnId };
        backoffMs = initialBackoffMs;
        yield turn;
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
