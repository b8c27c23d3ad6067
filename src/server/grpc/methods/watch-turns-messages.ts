import type { FeedEvent, WatchTurnsRequest, WatchTurnsResponse } from '../../../../gen/focal/orchestration/v1/feed';
import type { SentEvent, SentEvents, WatchTurnsQuery } from '../../application/watch-turns';
import { lifecycleReason } from '../../codec/wire/decision-enums';
import { feedEventToProto, gapToProto } from '../../codec/wire/feed-codec';
import { createInvalidFieldError } from '../../codec/wire/invalid-field-error';

/** Throws INVALID_REQUEST if the request has both a consumer and a cursor. */
export function watchTurnsQueryFromProto(request: WatchTurnsRequest): WatchTurnsQuery {
  const { tenantId, agentId, scenarioId, consumer, cursor, fromOldest } = request;
  if (consumer !== '' && cursor !== '') {
    throw createInvalidFieldError('cursor', 'must be empty with a consumer, whose cursor the service keeps');
  }
  const reasons = request.reasons.map((reason) => lifecycleReason.fromProto(reason));
  return { tenantId, filter: { agentId, scenarioId, reasons }, consumer, cursor, fromOldest };
}

export function sentEventsToProto({ events, cursor }: SentEvents): WatchTurnsResponse {
  return { events: events.map(sentEventToProto), cursor };
}

function sentEventToProto(sent: SentEvent): FeedEvent {
  if ('gap' in sent) return gapToProto(sent.gap.reason, sent.gap.missingEvents);
  const { number, mark } = sent.entry.position;
  return feedEventToProto(`${sent.partition}-${number}-${mark}`, sent.entry.event);
}
