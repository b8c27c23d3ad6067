import type { SessionStore } from '../../src/server/ports/session-store';

/** Replaces some methods of a store. */
export function withOverrides(store: SessionStore, overrides: Partial<SessionStore>): SessionStore {
  return {
    load: (...args) => store.load(...args),
    create: (...args) => store.create(...args),
    commit: (...args) => store.commit(...args),
    read: (...args) => store.read(...args),
    listTurns: (...args) => store.listTurns(...args),
    readTurnHistory: (...args) => store.readTurnHistory(...args),
    delete: (...args) => store.delete(...args),
    onChange: (...args) => store.onChange(...args),
    probe: (...args) => store.probe(...args),
    close: () => store.close(),
    ...overrides,
  };
}
