import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { SessionStore, TurnRecord } from '../ports/session-store';
import type { TurnCodec } from '../ports/turn-codec';
import { getMaxItemBytes, type Page, takePage } from './page';

export interface ListTurnsQuery {
  readonly key: SessionKey;
  /** The revision of the last turn of the previous page; 0 for the first page. */
  readonly afterRevision: number;
  readonly pageSize: number;
}

export interface ListTurnsDependencies {
  readonly store: SessionStore;
  readonly codec: TurnCodec;
  /** Maximum bytes of an encoded page. A page with one turn that an earlier release recorded may be larger. */
  readonly maxResponseBytes: number;
}

/** A recorded turn, marked if a later turn superseded it (section 13). */
export interface ListedTurn extends TurnRecord {
  /** "" if no turn superseded it. */
  readonly supersededByTurnId: string;
}

/** Lists recorded turns, oldest first. The page is empty if the session does not exist. The cursor is a revision. */
export async function listTurns(
  { store, codec, maxResponseBytes }: ListTurnsDependencies,
  { key, afterRevision, pageSize }: ListTurnsQuery,
  call: Call,
): Promise<Page<ListedTurn, number>> {
  const limits = { pageSize, maxPageBytes: maxResponseBytes };
  const maxBytes = getMaxItemBytes(limits);
  const read = await store.listTurns({ key, afterRevision, limit: pageSize, maxBytes }, call);
  // A turn can be larger when it is sent than when it was stored, so the page is measured again.
  const turns = takePage(read.turns, limits, (turn) => codec.measureRecord(turn));
  const lastRevision = turns.at(-1)?.revision;
  if (turns.length < read.turns.length)
    return { items: markSuperseded(turns, read.turns, codec), nextCursor: lastRevision };
  if (!read.hasMore || lastRevision === undefined)
    return { items: markSuperseded(turns, turns, codec), nextCursor: undefined };
  const next = await store.listTurns({ key, afterRevision: lastRevision, limit: 1 }, call);
  return { items: markSuperseded(turns, [...turns, ...next.turns], codec), nextCursor: lastRevision };
}

/**
 * Marks the turns that were superseded. Only the last turn can be superseded, so the turn at the next revision is the one that superseded
 * it.
 */
function markSuperseded(
  turns: readonly TurnRecord[],
  recordedTurns: readonly TurnRecord[],
  codec: TurnCodec,
): readonly ListedTurn[] {
  return turns.map((turn, index) => {
    const next = recordedTurns[index + 1];
    const isSuperseded = next !== undefined && codec.getSupersededTurnId(next.request) === turn.turnId;
    return { ...turn, supersededByTurnId: isSuperseded ? next.turnId : '' };
  });
}
