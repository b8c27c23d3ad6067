import { open, type RootDatabase } from 'lmdb';
import { defaultSessionLimits } from '../../../../src/server/ports/session-limits';
import type { EmbeddedSessionStore } from '../../../../src/server/stores/embedded/embedded-session-store';
import { openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { FakeClock } from '../../../support/fake-clock';
import { uuid } from '../../../support/session-builder';
import { applyTurn } from '../contract/turn-driver';
import { createTemporaryFolder } from './temporary-folder';

export const sessionTtlMs = 60_000;
export const key = { tenantId: uuid(1), sessionId: uuid(3) };

export async function openStore({
  recordedTurns = 1_000,
  ttlMs = sessionTtlMs,
  clock = new FakeClock(),
  sessionLimits = defaultSessionLimits,
} = {}) {
  const folder = await createTemporaryFolder();
  const monotonicClock = new FakeClock();
  const options = { path: folder.path, sessionTtlMs: ttlMs, recordedTurns, sessionLimits, clock, monotonicClock };
  let { sessionStore: store } = openEmbedded(options);
  return {
    clock,
    /** Lets time pass on both clocks. */
    pass: (milliseconds: number) => {
      clock.advance(milliseconds);
      monotonicClock.advance(milliseconds);
    },
    get store() {
      return store;
    },
    expire: async () => clock.advance(ttlMs),
    /** Counts all entries of the session tables. The tests that use this method have only one session. */
    countStored: async () => {
      await store.close();
      const count = countEntries(folder.path);
      ({ sessionStore: store } = openEmbedded(options));
      return count;
    },
    /** Changes the tables as another process would. */
    changeFolder: async (change: (root: RootDatabase) => Promise<void>) => {
      await store.close();
      const root = open({ path: folder.path, maxDbs: 32 });
      await change(root);
      await root.close();
      ({ sessionStore: store } = openEmbedded(options));
    },
    reopen: async (changed: { readonly recordedTurns?: number; readonly sessionTtlMs?: number } = {}) => {
      await store.close();
      ({ sessionStore: store } = openEmbedded({ ...options, ...changed }));
    },
    close: async () => {
      await store.close();
      await folder.remove();
    },
  };
}

/** Counts the entries of the session tables. The folder must not be open. */
function countEntries(path: string): number {
  const root = open({ path, maxDbs: 32 });
  const tables = ['sessions', 'states-before', 'turns', 'turn-revisions', 'kept-states', 'expiries'].map((name) =>
    root.openDB({ name }),
  );
  const count = tables.reduce((sum, table) => sum + table.getKeysCount(), 0);
  void root.close();
  return count;
}

/** Sweeps until there are no more expired sessions. Returns the number of steps. */
export async function sweepAll(store: EmbeddedSessionStore): Promise<number> {
  let steps = 1;
  for (; await store.sweep(unboundedCall); steps += 1);
  return steps;
}

export async function applyTurns(store: EmbeddedSessionStore, count: number): Promise<void> {
  for (let turn = 1; turn <= count; turn += 1) await applyTurn(store, key, uuid(100 + turn));
}
