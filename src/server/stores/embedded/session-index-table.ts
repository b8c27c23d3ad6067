import type { Database } from 'lmdb';
import type { Session, SessionKey } from '../../../core/model/session';
import {
  decodeIndexEntry,
  decodeInstanceCounter,
  encodeIndexEntry,
  instanceCounter,
  listCounters,
  sessionCounter,
} from '../../codec/stored/index-entry';
import { encodeKeyPart as encodeText } from '../../codec/stored/key-part';
import {
  type CountFilter,
  type InstanceCount,
  maxExaminedSessions,
  type PositionedSession,
  type SessionCounts,
  type SessionPage,
  type SessionPageQuery,
  toOrder,
} from '../../ports/session-index';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPair, encodeKeyPart, keyPartUpperBound } from './embedded-keys';
import { isSelected } from './session-filter';

// Call the methods that change a table only within a transaction, that is, within `EmbeddedEnvironment.write`.

/** The owner is "" for all sessions of the tenant, else the customer. The order is that of `toOrder`. */
type OrderKey = [tenant: string, owner: string, order: string, session: string];

/** The property names are persistent and must not change. */
interface Counter {
  readonly name: string;
  readonly count: number;
}

/** What the index has of a session. */
interface Stored extends SessionKey {
  readonly entry: string;
}

/** The index of the sessions of all tenants, in the format that both stores share (codec/stored/index-entry.ts). */
export class SessionIndexTable {
  /** By the key of the session: its entry, and its ids, because keys may have hashes of ids. */
  private readonly entries: Database<string, string>;
  private readonly order: Database<boolean, OrderKey>;
  private readonly counters: Database<Counter, [tenant: string, counter: string]>;

  constructor(environment: EmbeddedEnvironment) {
    this.entries = environment.openTable('index-entries', 'string');
    this.order = environment.openTable('index-order', 'json');
    this.counters = environment.openTable('index-counters', 'json');
  }

  /** Adds a session, or updates its entry. */
  put(session: Session): void {
    const key = encodeKeyPair(session.tenantId, session.sessionId);
    const previous = this.get(key);
    const entry = encodeIndexEntry(session);
    if (previous?.entry === entry) return;
    const stored = { tenantId: session.tenantId, sessionId: session.sessionId, entry };
    this.entries.putSync(key, encodeStored(stored));
    this.count(session.tenantId, previous?.entry, entry);
    for (const each of previous === undefined ? [] : listOrderKeys(previous)) this.order.removeSync(each);
    for (const each of listOrderKeys(stored)) this.order.putSync(each, true);
  }

  /** Removes a session. Returns its ids; undefined if it is not in the index. */
  remove(key: string): SessionKey | undefined {
    const stored = this.get(key);
    if (stored === undefined) return undefined;
    this.entries.removeSync(key);
    this.count(stored.tenantId, stored.entry, undefined);
    for (const each of listOrderKeys(stored)) this.order.removeSync(each);
    return stored;
  }

  list(query: Omit<SessionPageQuery, 'partition'>): SessionPage {
    const { tenantId, filter, after, before, limit, maxExamined = maxExaminedSessions } = query;
    const [tenant, owner] = [encodeKeyPart(tenantId), toOwner(filter.customerId)];
    const start: OrderKey = [tenant, owner, ...splitPosition(after)];
    const end: OrderKey = [tenant, owner, ...(before === '' ? endOfOrder : splitPosition(before))];
    const sessions: PositionedSession[] = [];
    let examined = 0;
    let last: string | undefined;
    for (const [, , order, session] of this.order.getKeys({ start, end })) {
      const position = `${order}/${session}`;
      // The range starts with the session at `after`, if it still exists.
      if (position === after) continue;
      if (sessions.length === limit || examined === maxExamined) return { sessions, examined, position: last };
      examined += 1;
      last = position;
      const stored = this.get(`${tenant}/${session}`);
      if (stored === undefined) continue;
      const entry = decodeIndexEntry(stored.entry);
      if (isSelected(filter, entry)) sessions.push({ position, session: { sessionId: stored.sessionId, ...entry } });
    }
    return { sessions, examined, position: undefined };
  }

  readCounts(tenantId: string, { agentId, scenarioId }: CountFilter): SessionCounts {
    const tenant = encodeKeyPart(tenantId);
    const agent = encodeText(agentId);
    let sessions = 0;
    const instances: InstanceCount[] = [];
    for (const { value } of this.counters.getRange({ start: [tenant, ''], end: [tenant, keyPartUpperBound] })) {
      const { name, count } = value;
      if (!name.startsWith(sessionCounter))
        instances.push(decodeInstanceCounter(name.slice(instanceCounter.length), count));
      else if (agentId === '' || name === sessionCounter + agent) sessions += count;
    }
    const isCounted = (each: InstanceCount) =>
      (agentId === '' || each.agentId === agentId) && (scenarioId === '' || each.scenarioId === scenarioId);
    return { sessions, instances: instances.filter(isCounted) };
  }

  /** Removes everything, so that the index can be built again. */
  clear(): void {
    this.entries.clearSync();
    this.order.clearSync();
    this.counters.clearSync();
  }

  private get(key: string): Stored | undefined {
    const text = this.entries.get(key);
    return text === undefined ? undefined : decodeStored(text);
  }

  private count(tenantId: string, previous: string | undefined, entry: string | undefined): void {
    const changes = new Map<string, number>();
    for (const name of previous === undefined ? [] : listCounters(previous))
      changes.set(name, (changes.get(name) ?? 0) - 1);
    for (const name of entry === undefined ? [] : listCounters(entry)) changes.set(name, (changes.get(name) ?? 0) + 1);
    for (const [name, by] of changes) {
      if (by === 0) continue;
      const key: [string, string] = [encodeKeyPart(tenantId), encodeKeyPart(name)];
      const count = (this.counters.get(key)?.count ?? 0) + by;
      if (count > 0) this.counters.putSync(key, { name, count });
      else this.counters.removeSync(key);
    }
  }
}

const endOfOrder: readonly [string, string] = [keyPartUpperBound, keyPartUpperBound];

function splitPosition(position: string): readonly [order: string, session: string] {
  const [order = '', session = ''] = position.split('/');
  return [order, session];
}

function toOwner(customerId: string): string {
  return customerId === '' ? '' : encodeKeyPart(customerId);
}

function listOrderKeys({ tenantId, sessionId, entry }: Stored): readonly OrderKey[] {
  const { customerId, startedAt } = decodeIndexEntry(entry);
  const owners = customerId === '' ? [''] : ['', toOwner(customerId)];
  return owners.map((owner) => [encodeKeyPart(tenantId), owner, toOrder(startedAt), encodeKeyPart(sessionId)]);
}

/** The entry, whose lines end with a line feed, and a line with the ids. */
function encodeStored({ tenantId, sessionId, entry }: Stored): string {
  return `${entry}${encodeText(tenantId)} ${encodeText(sessionId)}`;
}

function decodeStored(text: string): Stored {
  const end = text.lastIndexOf('\n') + 1;
  const [tenant = '', session = ''] = text.slice(end).split(' ');
  return { tenantId: decodeURIComponent(tenant), sessionId: decodeURIComponent(session), entry: text.slice(0, end) };
}
