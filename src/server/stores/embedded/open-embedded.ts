import { EmbeddedCatalogue } from './embedded-catalogue';
import { EmbeddedEnvironment } from './embedded-environment';
import { EmbeddedSessionIndex } from './embedded-session-index';
import { EmbeddedSessionStore } from './embedded-session-store';
import type { EmbeddedSessionStoreOptions } from './embedded-session-store-options';
import { EmbeddedTimerStore } from './embedded-timer-store';
import { EmbeddedTurnFeed } from './embedded-turn-feed';
import type { StoreClocks } from './store-time';

export interface EmbeddedOptions extends StoreClocks, EmbeddedSessionStoreOptions {
  /** The database folder. Created if it does not exist. */
  readonly path: string;
}

/** The stores in a folder. Closing either of them closes both. */
export interface EmbeddedStores {
  readonly sessionStore: EmbeddedSessionStore;
  readonly catalogue: EmbeddedCatalogue;
  readonly turnFeed: EmbeddedTurnFeed;
  readonly sessionIndex: EmbeddedSessionIndex;
  readonly timers: EmbeddedTimerStore;
  readonly environment: EmbeddedEnvironment;
}

/** Opens the embedded store. Throws if another process, on this machine or in a container, uses the folder. */
export function openEmbedded({ path, ...options }: EmbeddedOptions): EmbeddedStores {
  const environment = new EmbeddedEnvironment(path, options);
  const sessionStore = new EmbeddedSessionStore(environment, options);
  return {
    sessionStore,
    turnFeed: new EmbeddedTurnFeed(environment, sessionStore),
    sessionIndex: new EmbeddedSessionIndex(environment, sessionStore),
    timers: new EmbeddedTimerStore(environment, sessionStore),
    catalogue: new EmbeddedCatalogue(environment),
    environment,
  };
}
