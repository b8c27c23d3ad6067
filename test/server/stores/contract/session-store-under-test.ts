import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionLimits } from '../../../../src/server/ports/session-limits';
import type { SessionStore } from '../../../../src/server/ports/session-store';

/** A store, and test operations that access its backend directly. */
export interface SessionStoreUnderTest {
  /** Replaced by a new object after `countStored` if the backend must be closed for inspection. */
  readonly store: SessionStore;
  /** Makes the session expire. */
  expire(key: SessionKey): Promise<void>;
  /** Counts the stored entries of the session. */
  countStored(key: SessionKey): Promise<number>;
  close(): Promise<void>;
}

export interface SessionStoreSettings {
  readonly recordedTurns: number;
  readonly sessionLimits?: SessionLimits;
}

/** Opens a new, empty store. */
export type OpenSessionStore = (settings: SessionStoreSettings) => Promise<SessionStoreUnderTest>;
