import type { SessionKey } from '../domain/session';
import type { Call } from '../ports/call';
import type { SessionStore } from '../ports/session-store';

/** Erases everything of a session. Resolves to whether there was anything; erasing what does not exist succeeds. */
export function deleteSession(
  { store }: { readonly store: SessionStore },
  key: SessionKey,
  call: Call,
): Promise<boolean> {
  return store.delete(key, call);
}
