import { setTimeout as sleep } from 'node:timers/promises';
import type {
  TurnRecord,
  WatchSessionRequest,
  WatchSessionResponse,
} from '../../../gen/focal/orchestration/v1/session_service';
import { CallError } from './call-error';
import { type MessageStream, readMessages } from './message-stream';

/** What following a session is made of. */
export interface WatchDependencies {
  /** Begins a call of WatchSession. */
  readonly openStream: (request: WatchSessionRequest) => MessageStream<WatchSessionResponse>;
  /** The revision that the session has now; 0 where there is none. */
  readonly getRevision: () => Promise<number>;
  readonly signal: AbortSignal | undefined;
}

/** Reasons of the service other than UNAVAILABLE after which to go on from the cursor is right. */
const resumable: ReadonlySet<string> = new Set(['SLOW_READER', 'TOO_MANY_CALLS', 'TENANT_TOO_MANY_CALLS']);

/** Milliseconds before the first attempt to go on, doubled with each that brings nothing, and at most. */
const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Every turn of a session once and in order. When the stream breaks, it goes on behind the turn that was given last, for as long
 * as it takes. Ends by an error only: CallError, for example SESSION_NOT_FOUND, CURSOR_TOO_OLD, or CANCELLED after the signal.
 */
export async function* watchSession(
  request: WatchSessionRequest,
  parts: WatchDependencies,
): AsyncGenerator<TurnRecord, never> {
  // With "from now on" left to the server, what is committed while a stream is broken would be lost.
  let cursor = { ...request, afterRevision: request.afterRevision ?? (await parts.getRevision()) };
  let pauseMs = firstPauseMs;
  for (;;) {
    const begin = () => parts.openStream(cursor);
    try {
      for await (const { turn } of readMessages('WatchSession', begin, parts.signal)) {
        if (turn === undefined) continue;
        cursor = { ...cursor, afterRevision: turn.revision, afterTurnId: turn.turnId };
        pauseMs = firstPauseMs;
        yield turn;
      }
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.status !== 'UNAVAILABLE' && !resumable.has(error.reason)) throw error;
    }
    await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal: parts.signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}
