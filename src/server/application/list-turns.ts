import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { SessionStore, TurnRecord } from '../ports/session-store';
import { getMaxItemBytes, type Page } from './page';

export interface ListTurnsQuery {
  readonly key: SessionKey;
  /** The revision of the last turn of the previous page; 0 for the first page. */
  readonly afterRevision: number;
  readonly pageSize: number;
}

export interface ListTurnsDependencies {
  readonly store: SessionStore;
  /** Maximum bytes of an encoded page. A page with one turn may be larger. */
  readonly maxPageBytes: number;
}

/** Lists recorded turns, oldest first. The page is empty if the session does not exist. The cursor is a revision. */
export async function listTurns(
  { store, maxPageBytes }: ListTurnsDependencies,
  { key, afterRevision, pageSize }: ListTurnsQuery,
  call: Call,
): Promise<Page<TurnRecord, number>> {
  const maxBytes = getMaxItemBytes({ pageSize, maxPageBytes });
  const { turns, hasMore } = await store.listTurns({ key, afterRevision, limit: pageSize, maxBytes }, call);
  return { items: turns, nextCursor: hasMore ? turns.at(-1)?.revision : undefined };
}
