import { OrchestratorError } from '../../core/model/orchestrator-error';
import { type Call, withSpan } from '../ports/call';
import type { SessionStore, TurnRecord } from '../ports/session-store';
import { noSpan } from '../ports/span';
import { ChangeSignal } from './change-signal';
import { TurnHistoryReader, type WatchSessionQuery } from './turn-history-reader';

export interface WatchSessionDependencies {
  readonly store: SessionStore;
  /** Interval of reads without a notification, in milliseconds, with a jitter of 20 percent. */
  readonly watchPollIntervalMs: number;
}

/** Delivers a turn to the client. Resolves when the next turn can be delivered; rejects if the client is too slow. */
export type OnTurn = (turn: TurnRecord) => Promise<void>;

/**
 * Delivers the turns of a session in order: the recorded turns after the cursor, then every turn that any node commits. Waits for a
 * session that does not exist yet. Notifications from the store only trigger a read of the recorded turns, so no turn is lost or
 * delivered twice. At most one page of turns is in memory.
 *
 * Ends only with an error, whose metadata has the `cursor` to resume from.
 *
 * @throws OrchestratorError SESSION_NOT_FOUND if the session is deleted or expires, even if it is created again; CURSOR_TOO_OLD;
 * the reason of the call's signal; the errors of `onTurn` and of the store.
 */
export async function watchSession(
  deps: WatchSessionDependencies,
  query: WatchSessionQuery,
  call: Call,
  onTurn: OnTurn,
): Promise<never> {
  let turnsSent = 0;
  const countAndSend: OnTurn = (turn) => {
    turnsSent += 1;
    return onTurn(turn);
  };
  try {
    // The reads of a long stream have no spans, because its trace would grow without limit.
    return await follow(deps, query, withSpan(call, noSpan), countAndSend);
  } finally {
    call.span.setAttributes({
      'orchestrator.tenant_id': query.key.tenantId,
      'orchestrator.session_id': query.key.sessionId,
      'orchestrator.turns_sent': turnsSent,
    });
  }
}

async function follow(
  { store, watchPollIntervalMs }: WatchSessionDependencies,
  query: WatchSessionQuery,
  call: Call,
  onTurn: OnTurn,
): Promise<never> {
  const changes = new ChangeSignal();
  const notify = () => changes.notify();
  const unsubscribe = store.onChange(query.key, notify);
  call.signal.addEventListener('abort', notify);
  let history: TurnHistoryReader | undefined;
  try {
    history = await TurnHistoryReader.open(store, query, call);
    for (;;) {
      const { turns, hasMore } = await history.readNext(call);
      for (const turn of turns) {
        if (call.isCanceled) break; // the next read throws CANCELLED
        history.advance(turn);
        await onTurn(turn);
      }
      if (!hasMore) await changes.wait(watchPollIntervalMs * (0.8 + 0.4 * Math.random()));
    }
  } catch (error) {
    throw toStreamError(error, call, history?.cursor ?? query.afterRevision);
  } finally {
    call.signal.removeEventListener('abort', notify);
    unsubscribe();
  }
}

/** Returns the error that ends the stream, with the cursor if the cursor is known. */
function toStreamError(error: unknown, { signal }: Call, cursor: number | undefined): unknown {
  const reason: unknown = signal.reason instanceof OrchestratorError ? signal.reason : error;
  if (cursor === undefined || !(reason instanceof OrchestratorError)) return reason;
  return reason.withMetadata({ cursor: String(cursor) });
}
