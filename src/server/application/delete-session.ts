import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { LegacySessionStore } from '../ports/legacy-session-store';
import type { SessionStore } from '../ports/session-store';

/** Deletes a session and its legacy session (section 8). Idempotent: resolves to whether anything was deleted. */
export async function deleteSession(
  { store, legacySessions }: { readonly store: SessionStore; readonly legacySessions?: LegacySessionStore | undefined },
  key: SessionKey,
  call: Call,
): Promise<boolean> {
  // The legacy session is deleted first. Otherwise a turn between the two deletions would adopt it again.
  const hadLegacySession = (await legacySessions?.delete(key, call)) ?? false;
  return (await store.delete(key, call)) || hadLegacySession;
}
