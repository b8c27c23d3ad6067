import { type FeedLimits, toFeedMark } from '../../../ports/turn-feed';
import type { CommandArgument } from '../lua-script';
import type { PartitionKeys } from '../redis-keys';

/** The limits of the feed of a tenant in one partition. */
export type PartitionFeedLimits = FeedLimits;

/** Redis stores a stream in nodes of up to this size, in bytes, so a smaller limit would remove nearly all entries. */
const minPartitionBytes = 8_192;

/** Divides the limits of a feed among its partitions. */
export function toPartitionLimits({ ageMs, bytes }: FeedLimits, partitions: number): PartitionFeedLimits {
  return { ageMs, bytes: Math.max(minPartitionBytes, Math.floor(bytes / partitions)) };
}

/** The arguments of turn-feed.lua. */
export function createFeedArguments(
  { partition, feedChannel }: PartitionKeys,
  committedAt: number,
  { ageMs, bytes }: PartitionFeedLimits,
): readonly CommandArgument[] {
  return [toFeedMark(committedAt), ageMs, bytes, feedChannel, partition];
}
