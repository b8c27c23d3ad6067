import type { Call } from '../ports/call';
import {
  type IndexedSession,
  maxExaminedSessions,
  type PositionedSession,
  type SessionFilter,
  type SessionIndex,
  type SessionPageQuery,
  toPositionAfter,
} from '../ports/session-index';
import { type Page, takePage } from './page';

export interface ListSessionsDependencies {
  readonly index: SessionIndex;
  /** Maximum bytes of an encoded page. */
  readonly maxResponseBytes: number;
}

export interface ListSessionsQuery {
  readonly tenantId: string;
  readonly filter: SessionFilter;
  /** Only sessions that started at this time or later, in milliseconds since 1970. Undefined for any. */
  readonly startedFrom: number | undefined;
  /** Only sessions that started before this time, which is after `startedFrom`. Undefined for any. */
  readonly startedBefore: number | undefined;
  /** Only sessions whose last message is at least this old: not after this time. Undefined for any. */
  readonly idleSince: number | undefined;
  /** The cursor of the previous page; "" for the first page. */
  readonly cursor: string;
  readonly pageSize: number;
}

export interface ListedSession extends IndexedSession {
  /** The cursor with which a list continues after the session. */
  readonly position: string;
  /** The last MESSAGE turn or, without one, the start of the session, in milliseconds since 1970. */
  readonly lastMessageAt: number;
}

/** What a list has read of a partition. */
interface Reader {
  readonly partition: number;
  /** Read and not yet in the page, in order. */
  readonly found: (PositionedSession & { readonly lastMessageAt?: number | undefined })[];
  /** Everything before it was examined; undefined if there is no more. */
  position: string | undefined;
}

/** The limits of a read of one partition. */
type ReadLimits = Pick<SessionPageQuery, 'limit' | 'maxExamined'>;

/** Partitions that are read at the same time. */
const concurrentPartitions = 32;

/** After this number of examined sessions, a page ends, even if it is not full. */
const maxExaminedPerPage = 20_000;

/**
 * Lists the sessions that a filter selects, newest first, then by session id. A page may have fewer sessions than `pageSize`, also none, if the
 * filter leaves out many or if sessions have expired; it is the last one only without a cursor.
 */
export async function listSessions(
  { index, maxResponseBytes }: ListSessionsDependencies,
  query: ListSessionsQuery,
  call: Call,
): Promise<Page<ListedSession, string>> {
  const start = query.cursor || (query.startedBefore === undefined ? '' : toPositionAfter(query.startedBefore));
  const readers = Array.from(
    { length: index.partitions },
    (_, partition): Reader => ({ partition, found: [], position: start }),
  );
  const limit = Math.max(4, Math.ceil((2 * query.pageSize) / index.partitions));
  // Half of what a page may examine, so that filters that leave out much do not read 500 sessions of each partition.
  const maxExamined = Math.min(
    maxExaminedSessions,
    Math.max(limit, Math.ceil(maxExaminedPerPage / 2 / index.partitions)),
  );
  let examined = await readAll(index, query, readers, { limit, maxExamined }, call);
  for (;;) {
    const frontier = findFrontier(readers);
    const complete = listComplete(readers, frontier);
    if (complete.length > query.pageSize || frontier === undefined || examined >= maxExaminedPerPage) {
      const limits = { pageSize: query.pageSize, maxPageBytes: maxResponseBytes };
      const page = takePage(complete, limits, ({ session }) => estimateBytes(session));
      const nextCursor = page.length < complete.length ? page.at(-1)?.position : frontier;
      return { items: await addLastMessages(index, query, page, call), nextCursor };
    }
    const behind = readers.filter(({ position }) => position !== undefined).sort(comparePositions);
    examined += await readAll(index, query, behind.slice(0, concurrentPartitions), { limit: query.pageSize }, call);
  }
}

/** Reads on in partitions. Resolves to the number of examined sessions. */
async function readAll(
  index: SessionIndex,
  query: ListSessionsQuery,
  readers: readonly Reader[],
  limits: ReadLimits,
  call: Call,
): Promise<number> {
  let examined = 0;
  for (let first = 0; first < readers.length; first += concurrentPartitions) {
    const batch = readers.slice(first, first + concurrentPartitions);
    const counts = await Promise.all(batch.map((reader) => readOn(index, query, reader, limits, call)));
    for (const count of counts) examined += count;
  }
  return examined;
}

async function readOn(
  index: SessionIndex,
  { tenantId, filter, startedFrom, idleSince }: ListSessionsQuery,
  reader: Reader,
  limits: ReadLimits,
  call: Call,
): Promise<number> {
  const before = startedFrom === undefined ? '' : toPositionAfter(startedFrom);
  const page = { tenantId, partition: reader.partition, filter, after: reader.position ?? '', before, ...limits };
  const { sessions, examined, position } = await index.readPage(page, call);
  reader.position = position;
  if (idleSince === undefined) {
    reader.found.push(...sessions);
    return examined;
  }
  const times = await index.readLastMessageTimes(
    tenantId,
    sessions.map(({ session }) => session.sessionId),
    call,
  );
  for (const [i, session] of sessions.entries()) {
    const lastMessageAt = times[i];
    if (lastMessageAt !== undefined && lastMessageAt <= idleSince) reader.found.push({ ...session, lastMessageAt });
  }
  return examined;
}

/** Returns the position before which all partitions are examined; undefined if they are examined completely. */
function findFrontier(readers: readonly Reader[]): string | undefined {
  let frontier: string | undefined;
  for (const { position } of readers) {
    if (position !== undefined && (frontier === undefined || position < frontier)) frontier = position;
  }
  return frontier;
}

/** Lists what was found up to a position, in order. */
function listComplete(readers: readonly Reader[], frontier: string | undefined) {
  const complete = readers.flatMap(({ found }) =>
    frontier === undefined ? found : found.filter(({ position }) => position <= frontier),
  );
  return complete.sort(comparePositions);
}

/** Adds the last messages. Leaves out sessions that have expired. */
async function addLastMessages(
  index: SessionIndex,
  { tenantId }: ListSessionsQuery,
  page: readonly Reader['found'][number][],
  call: Call,
): Promise<readonly ListedSession[]> {
  const times = await index.readLastMessageTimes(
    tenantId,
    page.map(({ session }) => session.sessionId),
    call,
  );
  return page.flatMap(({ session, position }, i) => {
    const lastMessageAt = times[i];
    return lastMessageAt === undefined ? [] : [{ ...session, position, lastMessageAt }];
  });
}

/** Compares the codes of characters, as both stores do, which is not the order of a language. */
function comparePositions(
  { position: a = '' }: { position: string | undefined },
  { position: b = '' }: { position: string | undefined },
): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The bytes of an instance in a message without the step id: scenario, version, status, reasons and the framing. */
const instanceBytes = 70;
/** The bytes of a session in a message without customer and instances: ids, times and the framing. */
const sessionBytes = 130;

/** Estimates the bytes of a session in a message, at least as many as it has. */
function estimateBytes({ customerId, instances }: IndexedSession): number {
  let bytes = sessionBytes + estimateTextBytes(customerId);
  for (const { stepId } of instances) bytes += instanceBytes + estimateTextBytes(stepId);
  return bytes;
}

/** Returns the maximum bytes of a text in UTF-8. */
function estimateTextBytes(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : 3 * text.length;
}
