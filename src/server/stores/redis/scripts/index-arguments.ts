import type { Session } from '../../../../core/model/session';
import { encodeFeedEvent } from '../../../codec/stored/feed-event';
import { encodeIndexEntry, getLastMessageAt } from '../../../codec/stored/index-entry';
import type { CommandArgument } from '../lua-script';
import type { PartitionKeys } from '../redis-keys';

/** The keys of a script that changes the index, in the order that the scripts document. */
export function listIndexKeys({ index, order, expiry }: PartitionKeys): readonly [string, string, string] {
  return [index, order, expiry];
}

/** The arguments of commit.lua and create.lua about the index: the entry if it has changed, the last message, the event of an expiry. */
export function createIndexArguments(
  session: Session,
  previousSession: Session | undefined,
  now: number,
): readonly CommandArgument[] {
  const entry = encodeIndexEntry(session);
  const lastMessageAt = getLastMessageAt(session);
  if (previousSession === undefined) return [entry, lastMessageAt, encodeExpiry(session.sessionId, now)];
  return [entry === encodeIndexEntry(previousSession) ? '' : entry, lastMessageAt, ''];
}

/** Encodes the event of a session that has expired. */
export function encodeExpiry(sessionId: string, expiredAt: number): Buffer {
  return Buffer.from(encodeFeedEvent({ kind: 'expired', sessionId, committedAt: expiredAt }));
}
