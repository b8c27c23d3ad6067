import type { Session } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { LegacySessionStore } from '../ports/legacy-session-store';
import { anySession, type SessionIndex } from '../ports/session-index';
import type { SessionStore } from '../ports/session-store';
import { deleteSession } from './delete-session';
import { type ListedSession, listSessions } from './list-sessions';
import { type ListedTurn, type ListTurnsDependencies, listTurns } from './list-turns';
import type { Page } from './page';

export interface CustomerKey {
  readonly tenantId: string;
  /** Not empty. */
  readonly customerId: string;
}

/** A part of an export: a session, or recorded turns of the session before it. */
export type CustomerPart =
  | { readonly session: Session; readonly cursor: string }
  | { readonly turns: readonly ListedTurn[]; readonly cursor: string };

/** Delivers a part to the client. Resolves when the next one can be delivered. `cursor` is "" unless the session ends with the part. */
export type OnCustomerPart = (part: CustomerPart) => Promise<void>;

/** The number of sessions that are listed, or deleted, before the next ones. */
const sessionsPerStep = 50;
/** The number of sessions that are deleted at the same time. */
const concurrentDeletions = 8;
/** Maximum number of turns in a part. */
const turnsPerPart = 100;

/** The number of sessions after which a call of DeleteCustomer ends. */
export const maxDeletedSessions = 1_000;

/** Delivers all sessions of a customer with their recorded turns, newest session first, after a cursor of an earlier export. */
export async function exportCustomer(
  deps: ListTurnsDependencies & { readonly index: SessionIndex },
  { tenantId, customerId, cursor }: CustomerKey & { readonly cursor: string },
  call: Call,
  onPart: OnCustomerPart,
): Promise<void> {
  const filter = { ...anySession, customerId };
  const times = { startedFrom: undefined, startedBefore: undefined, idleSince: undefined };
  for (let next: string | undefined = cursor; next !== undefined; ) {
    const query = { tenantId, filter, ...times, cursor: next, pageSize: sessionsPerStep };
    const page: Page<ListedSession, string> = await listSessions(deps, query, call);
    for (const listed of page.items) await exportSession(deps, tenantId, listed, call, onPart);
    next = page.nextCursor;
  }
}

async function exportSession(
  deps: ListTurnsDependencies,
  tenantId: string,
  { sessionId, position }: ListedSession,
  call: Call,
  onPart: OnCustomerPart,
): Promise<void> {
  const key = { tenantId, sessionId };
  const session = await deps.store.read(key, call);
  if (session === undefined) return;
  let page = await listTurns(deps, { key, afterRevision: 0, pageSize: turnsPerPart }, call);
  await onPart({ session, cursor: page.items.length === 0 ? position : '' });
  while (page.items.length > 0) {
    await onPart({ turns: page.items, cursor: page.nextCursor === undefined ? position : '' });
    if (page.nextCursor === undefined) return;
    page = await listTurns(deps, { key, afterRevision: page.nextCursor, pageSize: turnsPerPart }, call);
  }
}

export interface DeletedCustomer {
  readonly deletedSessions: number;
  /** Whether no session of the customer is left. */
  readonly isComplete: boolean;
}

/**
 * Deletes sessions of a customer, at most `maxDeletedSessions`. A session that has expired leaves the index, too, and is not counted. A failed
 * call has deleted some of them; the next one goes on.
 */
export async function deleteCustomer(
  deps: {
    readonly store: SessionStore;
    readonly index: SessionIndex;
    readonly legacySessions?: LegacySessionStore | undefined;
  },
  { tenantId, customerId }: CustomerKey,
  call: Call,
): Promise<DeletedCustomer> {
  const filter = { ...anySession, customerId };
  let [examined, deletedSessions] = [0, 0];
  for (let partition = 0; partition < deps.index.partitions; ) {
    const limit = Math.min(concurrentDeletions, maxDeletedSessions - examined);
    if (limit === 0) return { deletedSessions, isComplete: false };
    const query = { tenantId, partition, filter, after: '', before: '', limit };
    const { sessions } = await deps.index.readPage(query, call);
    const keys = sessions.map(({ session: { sessionId } }) => ({ tenantId, sessionId }));
    const existed = await Promise.all(keys.map((key) => deleteSession(deps, key, call)));
    examined += keys.length;
    deletedSessions += existed.filter(Boolean).length;
    if (keys.length === 0) partition += 1;
  }
  return { deletedSessions, isComplete: true };
}
