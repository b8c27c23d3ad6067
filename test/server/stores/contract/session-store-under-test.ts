import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionIndex } from '../../../../src/server/ports/session-index';
import type { SessionLimits } from '../../../../src/server/ports/session-limits';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import type { TimerStore } from '../../../../src/server/ports/timer-store';
import type { FeedLimits, TurnFeed } from '../../../../src/server/ports/turn-feed';
import type { PackingLimits, TurnLimits } from '../../../../src/server/ports/turn-limits';

/** A store that packs older turns in the background. */
export interface PackingSessionStore extends SessionStore {
  packIdle(): void;
  waitUntilPacked(): Promise<void>;
}

/** A store, and test operations that access its backend directly. */
export interface SessionStoreUnderTest {
  /** Replaced by a new object after `countStored` if the backend must be closed for inspection. */
  readonly store: PackingSessionStore;
  /** The feed that the store writes. Replaced with the store. */
  readonly feed: TurnFeed;
  /** The index that the store writes. Replaced with the store. */
  readonly index: SessionIndex;
  /** The timers that the store writes. Replaced with the store. */
  readonly timers: TimerStore;
  /** Removes what is left of expired sessions. */
  sweep(): Promise<void>;
  /** Makes the session expire, and possibly others. */
  expire(key: SessionKey): Promise<void>;
  /** Counts the stored entries of the session. */
  countStored(key: SessionKey): Promise<number>;
  /** Counts the recorded turns that are not in a block. */
  countUnpacked(key: SessionKey): Promise<number>;
  countBlocks(key: SessionKey): Promise<number>;
  /** Counts the turn ids that the session knows. */
  countTurnIds(key: SessionKey): Promise<number>;
  /** The errors of packing. */
  readonly packingErrors: readonly unknown[];
  close(): Promise<void>;
}

export interface SessionStoreSettings {
  readonly turnLimits?: Partial<TurnLimits>;
  readonly packingLimits?: Partial<PackingLimits>;
  readonly feedLimits?: FeedLimits;
  /** For stores that have partitions. */
  readonly partitions?: number;
  readonly sessionLimits?: SessionLimits;
  /** Called before turns are replaced by the block that was built from them. If it rejects, they are not replaced. */
  readonly beforeReplacing?: () => Promise<void>;
}

/** Opens a new, empty store. */
export type OpenSessionStore = (settings: SessionStoreSettings) => Promise<SessionStoreUnderTest>;
