import type { OlderSession } from '../domain/older-session';
import type { SessionKey } from '../domain/session';
import type { Call } from './call';

/**
 * The records that a service of the older single-scenario format left behind (section 8). They are read and erased, never
 * changed, as that service may come back. Methods reject with an OrchestratorError as those of SessionStore do.
 */
export interface OlderSessions {
  /**
   * The record of a session; undefined where there is none, where its time is over as a session's own would be, or where it cannot
   * be read, of which the log then tells.
   */
  find(key: SessionKey, call: Call): Promise<OlderSession | undefined>;

  /** Erases the record. Resolves to whether there was one. */
  erase(key: SessionKey, call: Call): Promise<boolean>;
}
