import { encodeFeedEvent } from '../../codec/stored/feed-event';
import type { FeedTable } from './feed-table';
import type { SessionIndexTable } from './session-index-table';

/** Removes an expired session from the index, and adds that to the feed. Does nothing if a deletion or an earlier step has done it. */
export function expireInIndex(index: SessionIndexTable, feed: FeedTable, session: string, committedAt: number): void {
  const key = index.remove(session);
  if (key === undefined) return;
  const event = encodeFeedEvent({ kind: 'expired', sessionId: key.sessionId, committedAt });
  feed.add(key.tenantId, committedAt, event);
}
