import type { LegacySession } from '../../core/model/legacy-session';
import type { SessionKey } from '../../core/model/session';
import type { Call } from './call';

/**
 * Sessions in the legacy single-scenario format, written by an earlier service (section 8). They are read and deleted but never
 * changed, because that service may be used again. Methods reject with the same errors as those of SessionStore.
 */
export interface LegacySessionStore {
  /** Resolves to undefined if the legacy session does not exist, has expired or is invalid. An invalid session is logged. */
  find(key: SessionKey, call: Call): Promise<LegacySession | undefined>;

  /** Resolves to whether a legacy session existed. */
  delete(key: SessionKey, call: Call): Promise<boolean>;
}
