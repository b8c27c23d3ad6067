import { OrchestratorError } from '../domain/orchestrator-error';
import type { Session, SessionKey } from '../domain/session';
import type { Call } from '../ports/call';
import type { SessionStore } from '../ports/session-store';

/**
 * The session as the store holds it.
 *
 * @throws OrchestratorError SESSION_NOT_FOUND where no turn was applied yet, or it expired.
 */
export async function readSession(
  { store }: { readonly store: SessionStore },
  key: SessionKey,
  call: Call,
): Promise<Session> {
  const session = await store.read(key, call);
  if (session) return session;
  throw new OrchestratorError('SESSION_NOT_FOUND', `No turn of session ${key.sessionId} is known.`, {
    metadata: { session_id: key.sessionId },
  });
}
