import type { SessionIndex } from '../ports/session-index';

/** An index without sessions, for the warm-up, which calls no method that reads one. */
export const emptyIndex: SessionIndex = {
  partitions: 1,
  readPage: async () => ({ sessions: [], examined: 0, position: undefined }),
  readLastMessageTimes: async (_, sessionIds) => sessionIds.map(() => undefined),
  count: async () => ({ sessions: 0, instances: [] }),
};
