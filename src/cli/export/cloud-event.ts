import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import {
  CommittedTurn,
  DeletedSession,
  ExpiredSession,
  type FeedEvent,
  FeedGap,
  type WatchTurnsResponse,
} from '../../../gen/focal/orchestration/v1/feed';
import { messageToJson } from '../files';

// Events of a feed as CloudEvents 1.0 in JSON (schemas/exported-event.schema.json). docs/how-to/exporting-the-feed.md explains the attributes.

/** The kinds of exported events. The number is that of the schema: it changes if consumers must change. */
export const eventTypes = {
  turn: 'focal.orchestration.turn.committed.v1',
  deletedSession: 'focal.orchestration.session.deleted.v1',
  expiredSession: 'focal.orchestration.session.expired.v1',
  gap: 'focal.orchestration.feed.gap.v1',
} as const;

export interface CloudEvent {
  readonly specversion: '1.0';
  /** The same whenever the event is delivered. With `source` it identifies the event. */
  readonly id: string;
  /** Identifies the tenant. */
  readonly source: string;
  readonly type: (typeof eventTypes)[keyof typeof eventTypes];
  /** The session. A gap has none. */
  readonly subject?: string;
  /** The extension `partitionkey`: the session. Events with the same key are in order. A gap has none. */
  readonly partitionkey?: string;
  /** When the event was committed, RFC 3339. A gap has none. */
  readonly time?: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  readonly data: JsonValue;
}

/** An event of the feed, and the CloudEvent that it becomes. */
export interface ExportedEvent {
  readonly feedEvent: FeedEvent;
  readonly cloudEvent: CloudEvent;
}

/** Converts the events of a response, in their order. Leaves out kinds that this release does not know. */
export function toExportedEvents(tenantId: string, { events, cursor }: WatchTurnsResponse): readonly ExportedEvent[] {
  return events.flatMap((feedEvent, index) => {
    const cloudEvent = toCloudEvent(tenantId, feedEvent, () => createGapId(cursor, index));
    return cloudEvent === undefined ? [] : [{ feedEvent, cloudEvent }];
  });
}

function toCloudEvent(
  tenantId: string,
  { id, committedAt, event }: FeedEvent,
  getGapId: () => string,
): CloudEvent | undefined {
  const session = (sessionId: string) => ({
    id,
    subject: sessionId,
    partitionkey: sessionId,
    ...(committedAt === undefined ? {} : { time: committedAt.toISOString() }),
  });
  switch (event?.$case) {
    case 'turn': {
      const data = messageToJson('CommittedTurn', CommittedTurn.encode(event.value).finish());
      return createEvent(tenantId, 'turn', 'CommittedTurn', session(event.value.sessionId), data);
    }
    case 'deletedSession': {
      const data = messageToJson('DeletedSession', DeletedSession.encode(event.value).finish());
      return createEvent(tenantId, 'deletedSession', 'DeletedSession', session(event.value.sessionId), data);
    }
    case 'expiredSession': {
      const data = messageToJson('ExpiredSession', ExpiredSession.encode(event.value).finish());
      return createEvent(tenantId, 'expiredSession', 'ExpiredSession', session(event.value.sessionId), data);
    }
    case 'gap': {
      const data = messageToJson('FeedGap', FeedGap.encode(event.value).finish());
      return createEvent(tenantId, 'gap', 'FeedGap', { id: getGapId() }, data);
    }
    case undefined:
      return undefined;
  }
}

type SubjectAttributes = Pick<CloudEvent, 'id' | 'subject' | 'partitionkey' | 'time'>;

function createEvent(
  tenantId: string,
  kind: keyof typeof eventTypes,
  message: string,
  attributes: SubjectAttributes,
  data: JsonValue,
): CloudEvent {
  return {
    specversion: '1.0',
    source: `urn:focal:orchestration:tenant:${tenantId}`,
    type: eventTypes[kind],
    ...attributes,
    datacontenttype: 'application/json',
    dataschema: `urn:focal:orchestration:v1:exported-event#/definitions/${message}`,
    data,
  };
}

/** A gap has no id in the feed. It is the same whenever the same response is sent again. */
function createGapId(cursor: string, index: number): string {
  return `gap-${createHash('sha256').update(`${index} ${cursor}`).digest('hex').slice(0, 32)}`;
}

/** Returns the event with a member added to its data. */
export function addToData(event: CloudEvent, member: JsonObject): CloudEvent {
  const { data } = event;
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  return isObject ? { ...event, data: { ...data, ...member } } : event;
}
