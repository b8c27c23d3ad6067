import { FeedEvent as FeedEventMessage } from '../../../../gen/focal/orchestration/v1/feed';
import type { FeedEvent } from '../../ports/turn-feed';
import { encodeWith } from '../wire/encode-message';
import { feedEventFromProto, writeFeedEvent } from '../wire/feed-codec';
import { decodeStoredBytes } from './stored-values';

/** Encodes an event of a feed, without its id, which follows from its position. */
export function encodeFeedEvent(event: FeedEvent): Uint8Array {
  return encodeWith(writeFeedEvent, event);
}

/** The inverse of `encodeFeedEvent`. */
export function decodeFeedEvent(bytes: Uint8Array): FeedEvent {
  return decodeStoredBytes('event', bytes, FeedEventMessage.decode, feedEventFromProto);
}
