import type { Call } from '../ports/call';
import type { FeedEntry, FeedPage, FeedPosition, TurnFeed } from '../ports/turn-feed';

/** Events that cannot be sent any more. */
export interface FeedGap {
  readonly reason: 'RETENTION' | 'DATA_LOSS';
  /** 0 if it is not known. */
  readonly missingEvents: number;
}

/** What follows a position. */
export interface FeedStep {
  /** Undefined if the entries follow without a gap. */
  readonly gap: FeedGap | undefined;
  readonly entries: readonly FeedEntry[];
  /** The position after the gap and the entries. */
  readonly position: FeedPosition;
  /** Whether there may be more. */
  readonly hasMore: boolean;
}

/** Maximum number of events per read of a partition. Limits the memory of a stream and the size of a message. */
const maxEntriesPerRead = 16;

/** Reads what follows a position of a partition. The event at the position is read again, to detect that the store has lost events. */
export async function readStep(
  feed: TurnFeed,
  tenantId: string,
  partition: number,
  position: FeedPosition,
  call: Call,
): Promise<FeedStep> {
  const page = await feed.readPage({ tenantId, partition, position, limit: maxEntriesPerRead + 1 }, call);
  return toStep(page, position);
}

/** Compares a page with the position from which it was read. */
export function toStep({ entries, start, end }: FeedPage, position: FeedPosition): FeedStep {
  const [first] = entries;
  const isAtPosition = first?.position.number === position.number;
  const isReplaced = isAtPosition && position.mark !== 0 && first.position.mark !== position.mark;
  if (position.number > end.number || isReplaced) {
    // Which events are new is not known, so all that are kept are sent.
    return { gap: { reason: 'DATA_LOSS', missingEvents: 0 }, entries: [], position: start, hasMore: true };
  }
  const later = isAtPosition ? entries.slice(1) : entries;
  const missingEvents = Math.max(0, start.number - position.number);
  const before = missingEvents > 0 ? start : position;
  const last = later.at(-1)?.position ?? before;
  return {
    gap: missingEvents > 0 ? { reason: 'RETENTION', missingEvents } : undefined,
    entries: later,
    position: last,
    hasMore: last.number < end.number,
  };
}
