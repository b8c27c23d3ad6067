import { open, type RootDatabase } from 'lmdb';
import { defaultSessionLimits } from '../../../../src/server/ports/session-limits';
import { defaultFeedLimits } from '../../../../src/server/ports/turn-feed';
import { EmbeddedEnvironment } from '../../../../src/server/stores/embedded/embedded-environment';
import { EmbeddedSessionIndex } from '../../../../src/server/stores/embedded/embedded-session-index';
import { EmbeddedSessionStore } from '../../../../src/server/stores/embedded/embedded-session-store';
import { EmbeddedTimerStore } from '../../../../src/server/stores/embedded/embedded-timer-store';
import { EmbeddedTurnFeed } from '../../../../src/server/stores/embedded/embedded-turn-feed';
import type { EmbeddedOptions } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { FakeClock } from '../../../support/fake-clock';
import { uuid } from '../../../support/session-builder';
import type { SessionStoreSettings } from '../contract/session-store-under-test';
import { applyTurn } from '../contract/turn-driver';
import { createTemporaryFolder } from './temporary-folder';

export const sessionTtlMs = 60_000;
export const key = { tenantId: uuid(1), sessionId: uuid(3) };

interface OpenSettings extends SessionStoreSettings {
  readonly ttlMs?: number;
  readonly clock?: FakeClock;
}

export async function openStore({
  turnLimits = {},
  packingLimits = {},
  feedLimits = defaultFeedLimits,
  ttlMs = sessionTtlMs,
  clock = new FakeClock(),
  sessionLimits = defaultSessionLimits,
  beforeReplacing = () => Promise.resolve(),
}: OpenSettings = {}) {
  const folder = await createTemporaryFolder();
  const monotonicClock = new FakeClock();
  const options = {
    path: folder.path,
    sessionTtlMs: ttlMs,
    turnLimits,
    packingLimits,
    feedLimits,
    sessionLimits,
    clock,
    monotonicClock,
  };
  const packingErrors: unknown[] = [];
  let feed: EmbeddedTurnFeed;
  let index: EmbeddedSessionIndex;
  let timers: EmbeddedTimerStore;
  const openWith = (changed: Partial<EmbeddedOptions> = {}) => {
    const all = { ...options, onPackingError: (error: unknown) => packingErrors.push(error), ...changed };
    const environment = interceptPacking(new EmbeddedEnvironment(folder.path, all), beforeReplacing);
    const opened = new EmbeddedSessionStore(environment, all);
    feed = new EmbeddedTurnFeed(environment, opened);
    index = new EmbeddedSessionIndex(environment, opened);
    timers = new EmbeddedTimerStore(environment, opened);
    return opened;
  };
  let store = openWith();
  const countAfterClose = async (tables: readonly string[]) => {
    await store.waitUntilPacked();
    await store.close();
    const count = countEntries(folder.path, tables);
    store = openWith();
    return count;
  };
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
    get feed() {
      return feed;
    },
    get index() {
      return index;
    },
    sweep: async () => void (await sweepAll(store)),
    get timers() {
      return timers;
    },
    packingErrors,
    countUnpacked: () => countAfterClose(['turns']),
    countBlocks: () => countAfterClose(['turn-blocks']),
    countTurnIds: () => countAfterClose(['turn-revisions']),
    expire: async () => clock.advance(ttlMs),
    /** Counts all entries of the session tables. The tests that use this method have only one session. */
    countStored: () => countAfterClose(sessionTables),
    /** Changes the tables as another process would. */
    changeFolder: async (change: (root: RootDatabase) => Promise<void>) => {
      await store.close();
      const root = open({ path: folder.path, maxDbs: 32 });
      await change(root);
      await root.close();
      store = openWith();
    },
    reopen: async (changed: Partial<EmbeddedOptions> = {}) => {
      await store.close();
      store = openWith(changed);
    },
    close: async () => {
      await store.close();
      await folder.remove();
    },
  };
}

const sessionTables = [
  'sessions',
  'states-before',
  'turns',
  'turn-revisions',
  'kept-states',
  'turn-blocks',
  'expiries',
  'timers',
  'due-timers',
];

/** Runs `beforeReplacing` before each write that packs turns. Only these have a deadline in the tests of the contract. */
function interceptPacking(environment: EmbeddedEnvironment, beforeReplacing: () => Promise<void>): EmbeddedEnvironment {
  const write: EmbeddedEnvironment['write'] = async (call, ...rest) => {
    if (call.deadline !== Number.POSITIVE_INFINITY && call.deadline > 1) await beforeReplacing();
    return environment.write(call, ...rest);
  };
  return new Proxy(environment, {
    get(target, name) {
      if (name === 'write') return write;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** Counts the entries of tables. The folder must not be open. */
function countEntries(path: string, names: readonly string[]): number {
  const root = open({ path, maxDbs: 32 });
  const tables = names.map((name) => root.openDB({ name }));
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
