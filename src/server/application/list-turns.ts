import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { SessionStore, TurnRecord } from '../ports/session-store';
import { getMaxItemBytes, type Page } from './page';

/** Asks for a page of the recorded turns of a session. */
export interface ListTurnsQuery {
  readonly key: SessionKey;
  /** The revision of the last turn that the caller has; 0 for none. */
  readonly afterRevision: number;
  readonly pageSize: number;
}

/** What listing turns needs of the world. */
export interface ListTurnsDependencies {
  readonly store: SessionStore;
  /** Bytes of a page as it is sent; one turn may have more. */
  readonly maxPageBytes: number;
}

/** The recorded turns, oldest first; none where the session does not exist. The cursor is a revision. */
export async function listTurns(
  { store, maxPageBytes: pageBytes }: ListTurnsDependencies,
  { key, afterRevision, pageSize }: ListTurnsQuery,
  call: Call,
): Promise<Page<TurnRecord, number>> {
  const { turns, hasMore: more } = await store.listTurns(
    key,
    afterRevision,
    pageSize,
    call,
    getMaxItemBytes({ pageSize, maxPageBytes: pageBytes }),
  );
  return { items: turns, nextCursor: more ? turns.at(-1)?.revision : undefined };
}
