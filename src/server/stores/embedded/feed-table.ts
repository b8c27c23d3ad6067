import type { Database } from 'lmdb';
import { decodeFeedEvent } from '../../codec/stored/feed-event';
import { type FeedLimits, type FeedPage, type FeedPosition, toFeedMark } from '../../ports/turn-feed';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPart } from './embedded-keys';

// Call the methods that change a table only within a transaction, that is, within `EmbeddedEnvironment.write`.

/** The state of a tenant's feed. The property names are persistent and must not change. */
interface FeedState {
  /** The number and the mark of the last event, kept or not. */
  readonly number: number;
  readonly mark: number;
  /** The bytes of the events that are kept. */
  readonly bytes: number;
}

type EventKey = [tenant: string, number: number];

/** The time of the commit in milliseconds since 1970, a double, before the event. */
const headerBytes = Float64Array.BYTES_PER_ELEMENT;

/** The upper bound of a range of numbers. */
const numberUpperBound = Number.MAX_SAFE_INTEGER;

const emptyState: FeedState = { number: 0, mark: 0, bytes: 0 };

/** The events of the feeds of all tenants. A feed has one partition, because a transaction can change all of it. */
export class FeedTable {
  private readonly events: Database<Uint8Array, EventKey>;
  private readonly states: Database<FeedState, string>;

  constructor(
    environment: EmbeddedEnvironment,
    private readonly limits: FeedLimits,
  ) {
    this.events = environment.openTable('feed-events', 'binary');
    this.states = environment.openTable('feeds', 'json');
  }

  /** Adds an event, and removes those that are too old or too many. */
  add(tenantId: string, committedAt: number, event: Uint8Array): void {
    const tenant = encodeKeyPart(tenantId);
    const state = this.states.get(tenant) ?? emptyState;
    const number = state.number + 1;
    const value = Buffer.alloc(headerBytes + event.byteLength);
    value.writeDoubleBE(committedAt);
    value.set(event, headerBytes);
    this.events.putSync([tenant, number], value);
    const bytes = this.trim(tenant, committedAt - this.limits.ageMs, state.bytes + value.length);
    this.states.putSync(tenant, { number, mark: toFeedMark(committedAt), bytes });
  }

  /** Reads events from a position on. */
  read(tenantId: string, position: FeedPosition, limit: number): FeedPage {
    const tenant = encodeKeyPart(tenantId);
    const { number, mark } = this.states.get(tenant) ?? emptyState;
    const [oldest] = this.events.getKeys({ ...listFrom(tenant, 0), limit: 1 });
    const entries = Array.from(
      this.events.getRange({ ...listFrom(tenant, position.number), limit }),
      ({ key, value }) => {
        const committedAt = readCommittedAt(value);
        const entryPosition = { number: key[1], mark: toFeedMark(committedAt) };
        return { position: entryPosition, event: decodeFeedEvent(value.subarray(headerBytes)) };
      },
    );
    return {
      start: { number: oldest === undefined ? number : oldest[1] - 1, mark: 0 },
      end: { number, mark },
      entries,
    };
  }

  /** Removes the oldest events. Returns the bytes of those that are left. */
  private trim(tenant: string, earliest: number, bytes: number): number {
    let remaining = bytes;
    for (;;) {
      const [oldest] = this.events.getRange({ ...listFrom(tenant, 0), limit: 1 });
      if (oldest === undefined) return remaining;
      if (readCommittedAt(oldest.value) >= earliest && remaining <= this.limits.bytes) return remaining;
      this.events.removeSync(oldest.key);
      remaining -= oldest.value.byteLength;
    }
  }
}

function readCommittedAt(value: Uint8Array): number {
  return new DataView(value.buffer, value.byteOffset, headerBytes).getFloat64(0);
}

function listFrom(tenant: string, number: number) {
  return { start: [tenant, number], end: [tenant, numberUpperBound] };
}
