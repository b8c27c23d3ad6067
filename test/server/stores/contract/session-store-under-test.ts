import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';

/** A store under test, with what only its backend can do. */
export interface SessionStoreUnderTest {
  /** Another object after `stored`, where the backend must be closed to be looked into. */
  readonly store: SessionStore;
  /** Lets the session's time to live run out. */
  expire(key: SessionKey): Promise<void>;
  /** How many stored things belong to the session. */
  countStored(key: SessionKey): Promise<number>;
  close(): Promise<void>;
}

export interface SessionStoreSettings {
  readonly recordedTurns: number;
}

/** Gives a fresh store that nothing was ever put into. */
export type OpenSessionStore = (settings: SessionStoreSettings) => Promise<SessionStoreUnderTest>;
