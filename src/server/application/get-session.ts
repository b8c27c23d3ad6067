import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Session, SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import { findLegacySession, type LegacySessionDependencies } from './adopt-legacy-session';

/**
 * Reads a session from the store, or converts the legacy session that the first turn would adopt (section 8). A legacy session
 * without an agent id is not returned.
 *
 * @throws OrchestratorError SESSION_NOT_FOUND, and the errors of the store.
 */
export async function getSession(deps: LegacySessionDependencies, key: SessionKey, call: Call): Promise<Session> {
  const session = (await deps.store.read(key, call)) ?? (await findLegacySession(deps, key, '', call));
  if (session) return session;
  throw new OrchestratorError('SESSION_NOT_FOUND', `Session ${key.sessionId} does not exist or has expired.`, {
    metadata: { session_id: key.sessionId },
  });
}
