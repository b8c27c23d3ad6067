import type { FeedPosition, TurnFeed } from '../ports/turn-feed';

const origin: FeedPosition = { number: 0, mark: 0 };

/** A feed without events and consumers, for the warm-up, which calls no method that reads one. */
export const emptyFeed: TurnFeed = {
  partitions: 1,
  readPage: async () => ({ start: origin, end: origin, entries: [] }),
  onChange: () => () => undefined,
  readConsumer: async () => undefined,
  storeConsumer: async () => true,
  deleteConsumer: async () => false,
};
