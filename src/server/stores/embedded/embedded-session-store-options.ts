import type { Clock } from '../../ports/clock';
import type { SessionLimits } from '../../ports/session-limits';
import type { FeedLimits } from '../../ports/turn-feed';
import type { PackingLimits, TurnLimits } from '../../ports/turn-limits';

export interface EmbeddedSessionStoreOptions {
  /** The time to live of a session after its last turn, in milliseconds. */
  readonly sessionTtlMs: number;
  /** Defaults: `defaultTurnLimits`. */
  readonly turnLimits?: Partial<TurnLimits>;
  /** Default: `defaultFeedLimits`. */
  readonly feedLimits?: FeedLimits;
  /** Defaults: `defaultPackingLimits`. */
  readonly packingLimits?: Partial<PackingLimits>;
  /** Default: the defaults of `[limits]`. */
  readonly sessionLimits?: SessionLimits;
  readonly clock: Clock;
  /** Called if older turns could not be packed. They stay as they are until a later commit of the session. */
  readonly onPackingError?: (error: unknown) => void;
}
