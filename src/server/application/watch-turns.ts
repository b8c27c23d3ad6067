import type { LifecycleReason } from '../../core/model/lifecycle-decision';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import { type Call, withSpan } from '../ports/call';
import { noSpan } from '../ports/span';
import { type FeedEntry, type FeedEvent, type FeedPosition, maxConsumers, type TurnFeed } from '../ports/turn-feed';
import { ChangeSignal } from './change-signal';
import { decodeCursor, encodeCursor } from './feed-cursor';
import { type FeedGap, readStep } from './feed-reader';

export interface WatchTurnsDependencies {
  readonly feed: TurnFeed;
  /** Interval of reads without a notification, in milliseconds, with a jitter of 20 percent. */
  readonly watchPollIntervalMs: number;
}

/** Selects turns. Deleted and expired sessions, and gaps, are always sent. */
export interface TurnFilter {
  /** "" for any. */
  readonly agentId: string;
  /** "" for any. */
  readonly scenarioId: string;
  /** Empty for any. */
  readonly reasons: readonly LifecycleReason[];
}

export interface WatchTurnsQuery {
  readonly tenantId: string;
  readonly filter: TurnFilter;
  /** "" for none. */
  readonly consumer: string;
  /** "" for none. */
  readonly cursor: string;
  /** Where a stream without a cursor starts. */
  readonly fromOldest: boolean;
}

/** An event to send: an entry of a partition, or a gap. */
export type SentEvent = { readonly partition: number; readonly entry: FeedEntry } | { readonly gap: FeedGap };

/** Events to send, and the cursor after them. There are no events if only the cursor has moved. */
export interface SentEvents {
  readonly events: readonly SentEvent[];
  readonly cursor: string;
}

/** Delivers events to the client. Resolves when the next ones can be delivered; rejects if the client is too slow. */
export type OnEvents = (events: SentEvents) => Promise<void>;

/** Partitions that are read at the same time. Limits the memory of a stream and the size of a message. */
const concurrentReads = 4;

/** Partitions whose positions are read at the same time. */
const concurrentStarts = 32;

/** After this number of events that the filter leaves out, the client gets a cursor. */
const maxFilteredEvents = 1_000;

/**
 * Delivers what happens in the sessions of a tenant, at least once and in order for each session. Notifications only trigger a read, so nothing is
 * lost. At most one part of `concurrentReads` partitions is in memory.
 *
 * Ends only with an error: INVALID_REQUEST for an invalid cursor, TOO_MANY_CONSUMERS, the reason of the call's signal, and the errors of
 * `onEvents` and of the store.
 */
export async function watchTurns(
  deps: WatchTurnsDependencies,
  query: WatchTurnsQuery,
  call: Call,
  onEvents: OnEvents,
): Promise<never> {
  let eventsSent = 0;
  const countAndSend: OnEvents = (sent) => {
    eventsSent += sent.events.length;
    return onEvents(sent);
  };
  try {
    // The reads of a long stream have no spans, because its trace would grow without limit.
    return await follow(deps, query, withSpan(call, noSpan), countAndSend);
  } finally {
    call.span.setAttributes({
      'orchestrator.tenant_id': query.tenantId,
      'orchestrator.events_sent': eventsSent,
    });
  }
}

/** Stores the cursor of a consumer. Throws INVALID_REQUEST for a cursor of another feed, and TOO_MANY_CONSUMERS. */
export async function acknowledgeTurns(
  { feed }: Pick<WatchTurnsDependencies, 'feed'>,
  { tenantId, consumer, cursor }: Pick<WatchTurnsQuery, 'tenantId' | 'consumer' | 'cursor'>,
  call: Call,
): Promise<void> {
  decodeCursor(tenantId, feed.partitions, cursor);
  if (await feed.storeConsumer(tenantId, consumer, cursor, call)) return;
  throw new OrchestratorError(
    'TOO_MANY_CONSUMERS',
    `The tenant has ${maxConsumers} consumers. Delete one that is not used with DeleteTurnConsumer.`,
    { metadata: { consumer } },
  );
}

async function follow(
  { feed, watchPollIntervalMs }: WatchTurnsDependencies,
  query: WatchTurnsQuery,
  call: Call,
  onEvents: OnEvents,
): Promise<never> {
  const changes = new ChangeSignal();
  const pending = new Set<number>();
  const addAll = () => {
    for (let partition = 0; partition < feed.partitions; partition += 1) pending.add(partition);
  };
  const wake = () => changes.notify();
  const unsubscribe = feed.onChange(query.tenantId, (partition) => {
    if (partition === undefined) addAll();
    else pending.add(partition);
    wake();
  });
  call.signal.addEventListener('abort', wake);
  try {
    const positions = [...(await findStart(feed, query, call))];
    // With this cursor, a client misses nothing even if the stream ends before the first event.
    await onEvents({ events: [], cursor: encodeCursor(query.tenantId, positions) });
    addAll();
    let filteredEvents = 0;
    for (;;) {
      const isPoll = pending.size === 0;
      if (isPoll) {
        await changes.wait(watchPollIntervalMs * (0.8 + 0.4 * Math.random()));
        if (pending.size === 0) addAll();
      }
      const { events, filtered } = await readPending({ feed, query, positions, pending }, call);
      filteredEvents += filtered;
      if (events.length === 0 && filteredEvents < maxFilteredEvents && !(isPoll && filteredEvents > 0)) continue;
      filteredEvents = 0;
      await onEvents({ events, cursor: encodeCursor(query.tenantId, positions) });
    }
  } catch (error) {
    throw call.signal.reason instanceof OrchestratorError ? call.signal.reason : error;
  } finally {
    call.signal.removeEventListener('abort', wake);
    unsubscribe();
  }
}

interface Reading {
  readonly feed: TurnFeed;
  readonly query: WatchTurnsQuery;
  /** By partition. They move with the events that are returned. */
  readonly positions: FeedPosition[];
  /** The partitions that may have events. */
  readonly pending: Set<number>;
}

/** Reads some of the pending partitions. Returns the events that the filter selects, and the number of the others. */
async function readPending(
  { feed, query: { tenantId, filter }, positions, pending }: Reading,
  call: Call,
): Promise<{ readonly events: readonly SentEvent[]; readonly filtered: number }> {
  const partitions = [...pending].slice(0, concurrentReads);
  // A notification during the read adds the partition again.
  for (const partition of partitions) pending.delete(partition);
  const steps = await Promise.all(
    partitions.map((partition) => readStep(feed, tenantId, partition, positions[partition] ?? origin, call)),
  );
  const events: SentEvent[] = [];
  let filtered = 0;
  for (const [index, { gap, entries, position, hasMore }] of steps.entries()) {
    const partition = partitions[index] ?? 0;
    if (gap !== undefined) events.push({ gap });
    for (const entry of entries) {
      if (isSelected(filter, entry.event)) events.push({ partition, entry });
      else filtered += 1;
    }
    positions[partition] = position;
    if (hasMore) pending.add(partition);
  }
  return { events, filtered };
}

function isSelected({ agentId, scenarioId, reasons }: TurnFilter, event: FeedEvent): boolean {
  if (event.kind !== 'turn') return true;
  if (agentId !== '' && event.agentId !== agentId) return false;
  if (scenarioId === '' && reasons.length === 0) return true;
  return event.decisions.some(
    (decision) =>
      (scenarioId === '' || decision.scenarioId === scenarioId) &&
      (reasons.length === 0 || reasons.includes(decision.reason)),
  );
}

const origin: FeedPosition = { number: 0, mark: 0 };

/** Returns where the stream starts. Registers a new consumer there, so that it misses nothing if it ends before it acknowledges. */
async function findStart(feed: TurnFeed, query: WatchTurnsQuery, call: Call): Promise<readonly FeedPosition[]> {
  const { tenantId, consumer, cursor, fromOldest } = query;
  const stored = consumer === '' ? cursor : ((await feed.readConsumer(tenantId, consumer, call)) ?? '');
  if (stored !== '') return decodeCursor(tenantId, feed.partitions, stored);
  const positions: FeedPosition[] = [];
  for (let first = 0; first < feed.partitions; first += concurrentStarts) {
    const partitions = Array.from({ length: Math.min(concurrentStarts, feed.partitions - first) }, (_, i) => first + i);
    const pages = await Promise.all(
      partitions.map((partition) => feed.readPage({ tenantId, partition, position: origin, limit: 1 }, call)),
    );
    positions.push(...pages.map(({ start, end }) => (fromOldest ? start : end)));
  }
  if (consumer !== '') {
    await acknowledgeTurns({ feed }, { tenantId, consumer, cursor: encodeCursor(tenantId, positions) }, call);
  }
  return positions;
}
