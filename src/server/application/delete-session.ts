import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { LegacySessionStore } from '../ports/legacy-session-store';
import type { SessionStore } from '../ports/session-store';

/**
 * Erases everything of a session, also what an older service left of it (section 8). Resolves to whether there was anything; erasing
 * what does not exist succeeds.
 */
export async function deleteSession(
  { store, olderSessions }: { readonly store: SessionStore; readonly olderSessions?: LegacySessionStore | undefined },
  key: SessionKey,
  call: Call,
): Promise<boolean> {
  // The older record first: in the other order a turn between the two would bring it back.
  const hadRecord = (await olderSessions?.delete(key, call)) ?? false;
  return (await store.delete(key, call)) || hadRecord;
}
