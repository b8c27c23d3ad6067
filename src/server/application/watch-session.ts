import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Call } from '../ports/call';
import type { SessionStore, TurnRecord } from '../ports/session-store';
import type { Telemetry } from '../ports/telemetry';
import { ChangeSignal } from './change-signal';
import { TurnHistoryReader, type WatchSessionQuery } from './turn-history-reader';

/** What following a session needs of the world. */
export interface WatchSessionDependencies {
  readonly store: SessionStore;
  readonly telemetry: Telemetry;
  /** After so long without news a session is looked at all the same, give or take a fifth. Milliseconds. */
  readonly watchPollIntervalMs: number;
}

/** Hands a turn to the reader, always; resolves when there is room for the next, rejects when there is none in time. */
export type OnTurn = (turn: TurnRecord) => Promise<void>;

/**
 * Hands every turn of a session to the reader in order, those that are recorded after its cursor and then each that is
 * committed, on whichever node; waits for a session that does not exist yet. The record of turns is the truth and the store's
 * news only wake, so none is left out or doubled. One page of turns is in memory, whatever the reader does.
 *
 * Ends by an error only, which has in its metadata the `cursor` to go on from.
 *
 * @throws OrchestratorError SESSION_NOT_FOUND where the session is deleted or its time is over, also where it begins anew at once;
 * CURSOR_TOO_OLD; the reason of the call's signal; what `hand` and the store throw.
 */
export async function watchSession(
  deps: WatchSessionDependencies,
  query: WatchSessionQuery,
  call: Call,
  hand: OnTurn,
): Promise<never> {
  const span = deps.telemetry.getActiveSpan();
  let handed = 0;
  const countAndHand: OnTurn = (turn) => {
    handed += 1;
    return hand(turn);
  };
  try {
    return await deps.telemetry.withoutSpan(() => follow(deps, query, call, countAndHand));
  } finally {
    span.setAttributes({
      'orchestrator.tenant_id': query.key.tenantId,
      'orchestrator.session_id': query.key.sessionId,
      'orchestrator.turns_sent': handed,
    });
  }
}

async function follow(
  { store, watchPollIntervalMs }: WatchSessionDependencies,
  query: WatchSessionQuery,
  call: Call,
  hand: OnTurn,
): Promise<never> {
  const wakeUp = new ChangeSignal();
  const ring = () => wakeUp.notify();
  const stopListening = store.onChange(query.key, ring);
  call.signal.addEventListener('abort', ring);
  let history: TurnHistoryReader | undefined;
  try {
    history = await TurnHistoryReader.open(store, query, call);
    for (;;) {
      const { turns, hasMore: more } = await history.readNext(call);
      for (const turn of turns) {
        if (call.isCancelled) break; // the store refuses the next look
        history.advance(turn);
        await hand(turn);
      }
      if (!more) await wakeUp.wait(watchPollIntervalMs * (0.8 + 0.4 * Math.random()));
    }
  } catch (error) {
    throw endOf(error, call, history?.cursor ?? query.afterRevision);
  } finally {
    call.signal.removeEventListener('abort', ring);
    stopListening();
  }
}

/** Why the reader is left, with the cursor as far as it is known. */
function endOf(error: unknown, { signal }: Call, cursor: number | undefined): unknown {
  const reason: unknown = signal.reason instanceof OrchestratorError ? signal.reason : error;
  if (cursor === undefined || !(reason instanceof OrchestratorError)) return reason;
  return reason.withMetadata({ cursor: String(cursor) });
}
