import { resolve } from 'node:path';
import { type Config, toFeedLimits, toSessionLimits, toTurnLimits } from './config';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';
import { callWithTimeout, poll, pollWhenNotBusy } from './runtime';
import { type Compaction, compactEmbedded, compactIfErasable } from './stores/embedded/compact-embedded';
import { FolderInUseError } from './stores/embedded/folder-lock';
import { type EmbeddedOptions, type EmbeddedStores, openEmbedded } from './stores/embedded/open-embedded';

/** Interval in milliseconds at which expired sessions are deleted from the embedded store, and from the index in Redis. */
export const sweepIntervalMs = 60_000;

/** Interval in milliseconds at which the turns of idle sessions are packed. */
export const packIdleIntervalMs = 15_000;

export interface OpenEmbeddedStores
  extends Pick<EmbeddedStores, 'sessionStore' | 'catalogue' | 'turnFeed' | 'sessionIndex' | 'timers'> {
  readonly path: string;
  close(): Promise<void>;
}

/** Compacts the embedded store if the settings require it, opens it, and starts to delete expired sessions. */
export async function openEmbeddedStores(config: Config, clock: Clock, log: Logger): Promise<OpenEmbeddedStores> {
  const options = toEmbeddedOptions(config, clock);
  if (config.embedded.compact_at_start) await compactAtStart(options, log);
  let isClosing = false;
  const onPackingError = (error: unknown): void => {
    if (!isClosing)
      log.warn({ error }, 'older turns were not packed; they stay as they are until a later turn of the session');
  };
  const { sessionStore, catalogue, turnFeed, sessionIndex, timers } = openEmbedded({ ...options, onPackingError });
  const deleteExpired = async (): Promise<void> => {
    // Repeats until nothing is left, so that the store keeps up with any rate of new sessions. Turns are committed between two steps.
    while (!isClosing && (await callWithTimeout(clock, sweepIntervalMs, (call) => sessionStore.sweep(call))));
  };
  const sweeper = poll(sweepIntervalMs, () =>
    deleteExpired().catch((error: unknown) => {
      if (!isClosing) log.warn({ error }, 'expired sessions were not deleted');
    }),
  );
  const packer = pollWhenNotBusy(packIdleIntervalMs, () => sessionStore.packIdle());
  return {
    path: options.path,
    sessionStore,
    catalogue,
    turnFeed,
    sessionIndex,
    timers,
    async close() {
      isClosing = true;
      sweeper.stop();
      packer.stop();
      await sessionStore.close();
    },
  };
}

/** Compacts the embedded store that the settings name. Throws if a service uses it, or if the disk is too small. */
export async function compactEmbeddedStore(config: Config, clock: Clock): Promise<Compaction> {
  return compactEmbedded(toEmbeddedOptions(config, clock));
}

function toEmbeddedOptions({ embedded, limits }: Config, clock: Clock): EmbeddedOptions {
  return {
    path: resolve(embedded.path),
    sessionTtlMs: limits.session_ttl,
    turnLimits: toTurnLimits({ limits }),
    feedLimits: toFeedLimits({ limits }),
    sessionLimits: toSessionLimits({ limits }),
    clock,
    monotonicClock: performance,
  };
}

/** A compaction that fails, for example for lack of space, does not prevent the start. */
async function compactAtStart(options: EmbeddedOptions, log: Logger): Promise<void> {
  const startedAt = performance.now();
  try {
    const compaction = await compactIfErasable(options, () =>
      log.info({ path: options.path }, 'deleted values are being erased from the embedded store'),
    );
    if (compaction === undefined) return;
    const { bytesBefore, bytesAfter } = compaction;
    const milliseconds = Math.round(performance.now() - startedAt);
    log.info(
      { bytes_before: bytesBefore, bytes_after: bytesAfter, milliseconds },
      'deleted values were erased from the embedded store',
    );
  } catch (error) {
    if (error instanceof FolderInUseError) throw error;
    log.warn({ error }, 'deleted values were not erased from the embedded store');
  }
}
