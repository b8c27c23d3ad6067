import type {
  TurnRecord,
  WatchSessionRequest,
  WatchSessionResponse,
} from '../../../gen/focal/orchestration/v1/session_service';
import type { MessageStream } from './calls';
import { type ResumeDependencies, resumeStream } from './resume-stream';

/** The client methods that `watchSession` calls. */
export interface WatchDependencies extends ResumeDependencies {
  /** Starts a WatchSession call. */
  readonly openStream: (request: WatchSessionRequest) => MessageStream<WatchSessionResponse>;
  /** Resolves to the current revision of the session; 0 for a session that does not exist. */
  readonly getRevision: () => Promise<number>;
}

/**
 * Iterates over every turn of a session exactly once and in order. Resumes a broken stream after the last turn, with exponential
 * back-off. Ends only with an error: a CallError, for example SESSION_NOT_FOUND, CURSOR_TOO_OLD, or CANCELLED after the signal.
 */
export async function* watchSession(
  request: WatchSessionRequest,
  { openStream, getRevision, ...resume }: WatchDependencies,
): AsyncGenerator<TurnRecord, never> {
  // Without a cursor, turns that are committed while a stream is broken would be lost.
  let cursor = { ...request, afterRevision: request.afterRevision ?? (await getRevision()) };
  for await (const { turn } of resumeStream('WatchSession', () => openStream(cursor), resume)) {
    if (turn === undefined) continue;
    cursor = { ...cursor, afterRevision: turn.revision, afterTurnId: turn.turnId };
    yield turn;
  }
  throw new Error('The iteration of a resumed stream ended.');
}
