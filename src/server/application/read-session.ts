import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Session, SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import { findLegacySession, type LegacySessionDependencies } from './adopt-legacy-session';

/**
 * The session as the store holds it, or as it will be taken over from an older service that tells its agent (section 8).
 *
 * @throws OrchestratorError SESSION_NOT_FOUND where no turn was applied and nothing imported yet, or it expired.
 */
export async function readSession(deps: LegacySessionDependencies, key: SessionKey, call: Call): Promise<Session> {
  const session = (await deps.store.read(key, call)) ?? (await findLegacySession(deps, key, '', call));
  if (session) return session;
  throw new OrchestratorError('SESSION_NOT_FOUND', `No turn of session ${key.sessionId} is known.`, {
    metadata: { session_id: key.sessionId },
  });
}
