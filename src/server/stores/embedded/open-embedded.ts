import type { Clock } from '../../ports/clock';
import { EmbeddedCatalogue } from './embedded-catalogue';
import { EmbeddedEnvironment } from './embedded-environment';
import { EmbeddedSessionStore } from './embedded-session-store';

export interface EmbeddedOptions {
  /** Folder, made where it is missing. */
  readonly path: string;
  /** How long a session lives after its last turn, milliseconds. */
  readonly sessionTtlMs: number;
  /** How many turns of a session stay recorded, and known by their id; at least 1. */
  readonly recordedTurns: number;
  readonly clock: Clock;
}

/** Both stores of a folder; closing either closes the folder for both. */
export interface EmbeddedStores {
  readonly sessionStore: EmbeddedSessionStore;
  readonly catalogue: EmbeddedCatalogue;
}

/**
 * Opens the embedded store. Throws, and says which process it is, where another process has the folder; what a process that
 * was killed left behind is no hindrance.
 */
export function openEmbedded({ path, clock, sessionTtlMs, recordedTurns }: EmbeddedOptions): EmbeddedStores {
  const environment = new EmbeddedEnvironment(path, clock);
  return {
    sessionStore: new EmbeddedSessionStore(environment, { sessionTtlMs, recordedTurns, clock }),
    catalogue: new EmbeddedCatalogue(environment),
  };
}
