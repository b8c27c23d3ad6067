import type { SessionLimits } from '../../ports/session-limits';
import { EmbeddedCatalogue } from './embedded-catalogue';
import { EmbeddedEnvironment } from './embedded-environment';
import { EmbeddedSessionStore } from './embedded-session-store';
import type { StoreClocks } from './store-time';

export interface EmbeddedOptions extends StoreClocks {
  /** The database folder. Created if it does not exist. */
  readonly path: string;
  /** The time to live of a session after its last turn, in milliseconds. */
  readonly sessionTtlMs: number;
  /** The number of recorded turns per session, at least 1. A retry is recognized while its turn is recorded. */
  readonly recordedTurns: number;
  /** Default: the defaults of `[limits]`. */
  readonly sessionLimits?: SessionLimits;
}

/** The stores in a folder. Closing either of them closes both. */
export interface EmbeddedStores {
  readonly sessionStore: EmbeddedSessionStore;
  readonly catalogue: EmbeddedCatalogue;
  readonly environment: EmbeddedEnvironment;
}

/** Opens the embedded store. Throws if another process, on this machine or in a container, uses the folder. */
export function openEmbedded({ path, ...options }: EmbeddedOptions): EmbeddedStores {
  const environment = new EmbeddedEnvironment(path, options);
  return {
    sessionStore: new EmbeddedSessionStore(environment, options),
    catalogue: new EmbeddedCatalogue(environment),
    environment,
  };
}
