import type { SessionKey } from '../domain/session';
import type { Call } from '../ports/call';
import type { SessionStore, TurnRecord } from '../ports/session-store';
import { type Page, pageOf } from './page';

/** Asks for a page of the recorded turns of a session. */
export interface ListTurnsQuery {
  readonly key: SessionKey;
  /** The revision of the last turn that the caller has; 0 for none. */
  readonly afterRevision: number;
  readonly pageSize: number;
}

/** The recorded turns, oldest first; none where the session does not exist. The cursor is a revision. */
export async function listTurns(
  { store }: { readonly store: SessionStore },
  { key, afterRevision, pageSize }: ListTurnsQuery,
  call: Call,
): Promise<Page<TurnRecord, number>> {
  const turns = await store.listTurns(key, afterRevision, pageSize + 1, call);
  return pageOf(turns, pageSize, ({ revision }) => revision);
}
