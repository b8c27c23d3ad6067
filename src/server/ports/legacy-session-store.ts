import type { LegacySession } from '../../core/model/legacy-session';
import type { SessionKey } from '../../core/model/session';
import type { Call } from './call';

/**
 * The records that a service of the older single-scenario format left behind (section 8). They are read and erased, never
 * changed, as that service may come back. Methods reject with an OrchestratorError as those of SessionStore do.
 */
export interface LegacySessionStore {
  /**
   * The record of a session; undefined where there is none, where its time is over as a session's own would be, or where it cannot
   * be read, of which the log then tells.
   */
  find(key: SessionKey, call: Call): Promise<LegacySession | undefined>;

  /** Erases the record. Resolves to whether there was one. */
  delete(key: SessionKey, call: Call): Promise<boolean>;
}
