import type { Relationship } from '../../../core/model/scenario';
import type { SessionKey } from '../../../core/model/session';
import { encodeKeyPart } from '../../codec/stored/key-part';
import type { AgentKey } from '../../ports/scenario-catalogue';

export { encodeKeyPart };

// Names of keys and fields. All keys of a partition of the sessions, and all keys of an agent's catalogue, have the same hash tag, so that one
// script can use them in a Redis Cluster. The tenant follows the kind of the key, so that a pattern of an ACL can select the keys of a tenant.
// The names are persistent: they must not change between releases.

/** Where the keys of a store are. */
export interface KeySpace {
  /** The prefix of every key, without braces. */
  readonly prefix: string;
  /** The number of partitions of the sessions. It never changes, because the keys of a session depend on it. */
  readonly partitions: number;
}

/** The number of partitions unless the settings name another one. */
export const defaultPartitions = 256;

/** The key of a hash that describes the store: `layout` and `partitions`. */
export function getLayoutKey(prefix: string): string {
  return `${prefix}store`;
}

/** The keys of a session. commit.lua documents their content. */
export interface SessionKeys {
  /** The encoded session: its member in the timers of the partition. */
  readonly id: string;
  /** Hash: state, revision, and the ids of the recorded turns. Also the name of the channel for change notifications. */
  readonly session: string;
  /** Stream: the recorded turns. */
  readonly turnLog: string;
  /** The keys of its tenant in its partition. */
  readonly partition: PartitionKeys;
}

export function getSessionKeys({ prefix, partitions }: KeySpace, key: SessionKey): SessionKeys {
  const id = encodeSessionId(key);
  const tenant = id.slice(0, id.indexOf('/'));
  const partition = getPartition(id, partitions);
  const tagged = prefix + createPartitionTag(partition);
  return {
    id,
    session: `${tagged}:s:${id}`,
    turnLog: `${tagged}:t:${id}`,
    partition: createPartitionKeys(prefix, partition, tagged, tenant),
  };
}

/** The keys of a tenant in a partition. turn-feed.lua and session-index.lua document their content. */
export interface PartitionKeys {
  readonly partition: number;
  /** Stream: what happened to the sessions. */
  readonly feed: string;
  /** Hash: the position of the feed, and the counters of the index. */
  readonly count: string;
  /** Hash: the entries of the index, by session. */
  readonly index: string;
  /** Sorted set: the sessions in the order of the index, for the tenant and for each customer. */
  readonly order: string;
  /** Sorted set, of all tenants: when sessions may have expired. */
  readonly expiry: string;
  /** The channel on which nodes are notified of events of the tenant. */
  readonly feedChannel: string;
  /** Sorted set: the timers of the sessions of all tenants in the partition. due.lua documents its content. */
  readonly due: string;
}

export function getPartitionKeys({ prefix }: KeySpace, partition: number, tenantId: string): PartitionKeys {
  return createPartitionKeys(prefix, partition, prefix + createPartitionTag(partition), encodeKeyPart(tenantId));
}

/** `tenant` is encoded. */
function createPartitionKeys(prefix: string, partition: number, tagged: string, tenant: string): PartitionKeys {
  return {
    partition,
    feed: `${tagged}:feed:${tenant}`,
    count: `${tagged}:count:${tenant}`,
    index: `${tagged}:index:${tenant}`,
    order: `${tagged}:order:${tenant}`,
    expiry: `${tagged}:expiry`,
    feedChannel: `${prefix}feed:${tenant}`,
    due: `${tagged}:due`,
  };
}

/** Sorted set: when the sessions of a partition may have expired. session-index.lua documents it. */
export function getExpiryKey(prefix: string, partition: number): string {
  return `${prefix}${createPartitionTag(partition)}:expiry`;
}

/** The keys of the timers of a partition. */
export interface TimerKeys {
  readonly due: string;
  /** Hash: which process fires the timers. timer-lease.lua documents its content. */
  readonly timerLease: string;
}

export function getTimerKeys({ prefix }: KeySpace, partition: number): TimerKeys {
  const tagged = prefix + createPartitionTag(partition);
  return { due: `${tagged}:due`, timerLease: `${tagged}:timers` };
}

/** Sorted set: the processes that fire timers. register-holder.lua documents its content. */
export function getTimerHoldersKey(prefix: string): string {
  return `${prefix}timers`;
}

/** The channel on which nodes are notified of events of a tenant. The message is the partition. */
export function getFeedChannel(prefix: string, tenantId: string): string {
  return `${prefix}feed:${encodeKeyPart(tenantId)}`;
}

/** Hash: the cursors of the consumers of a tenant. */
export function getConsumersKey(prefix: string, tenantId: string): string {
  return `${prefix}{${encodeKeyPart(tenantId)}}:consumers`;
}

/** A session in the layout of releases up to 0.2. */
export interface EarlierSession {
  readonly session: SessionKey;
  readonly keys: Omit<SessionKeys, 'partition' | 'id'>;
}

/** Parses the key of the hash of a session of the earlier layout; undefined for another key. */
export function parseEarlierSessionKey(prefix: string, key: string): EarlierSession | undefined {
  const [, tenant, session] = /^\{([^{}/]+)\/([^{}/]+)\}:session$/.exec(key.slice(prefix.length)) ?? [];
  if (!key.startsWith(prefix) || tenant === undefined || session === undefined) return undefined;
  const tagged = `${prefix}{${tenant}/${session}}`;
  return {
    session: { tenantId: decodeURIComponent(tenant), sessionId: decodeURIComponent(session) },
    keys: { session: `${tagged}:session`, turnLog: `${tagged}:turns` },
  };
}

/** Encodes a session for use in a key. The result identifies the session across all tenants. */
export function encodeSessionId({ tenantId, sessionId }: SessionKey): string {
  return `${encodeKeyPart(tenantId)}/${encodeKeyPart(sessionId)}`;
}

/** Parses the key of the hash of a session; undefined for another key. */
export function parseSessionKey(prefix: string, key: string): SessionKey | undefined {
  const [, id] = /^\{p\d+\}:s:([^:]+)$/.exec(key.slice(prefix.length)) ?? [];
  return key.startsWith(prefix) && id !== undefined ? decodeSessionId(id) : undefined;
}

/** The inverse of `encodeSessionId`; undefined for invalid text. */
export function decodeSessionId(text: string): SessionKey | undefined {
  const [tenantId, sessionId, ...rest] = text.split('/').map(decodeURIComponent);
  return tenantId === undefined || sessionId === undefined || rest.length > 0 ? undefined : { tenantId, sessionId };
}

/** Returns the partition of an encoded session, from 0. The function is persistent: another one would not find the stored sessions. */
export function getPartition(encodedSession: string, partitions: number): number {
  return mixBits(hashFnv1a(encodedSession)) % partitions;
}

/** The hash tag of the keys of a partition. */
export function createPartitionTag(partition: number): string {
  return `{p${partition}}`;
}

/** FNV-1a of 32 bits. The text must be ASCII. */
function hashFnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The finalizer of MurmurHash3, because the low bits of FNV-1a are not evenly distributed. */
function mixBits(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
}

/** The keys of an agent's catalogue. put-scenario.lua documents their content. */
export interface CatalogueKeys {
  /** Hash: the revision, and the numbers and content hashes of the latest versions. */
  readonly catalogue: string;
  /** Hash: the latest version of each scenario. */
  readonly latestVersions: string;
  /** Hash: the relationships. */
  readonly relationships: string;
  /** Hash: the field definitions. */
  readonly fields: string;
  /** Hash: all versions of a scenario. */
  versions(scenarioId: string): string;
}

export function getCatalogueKeys(prefix: string, agent: AgentKey): CatalogueKeys {
  const tagged = prefix + createHashTag(agent.tenantId, agent.agentId);
  return {
    catalogue: `${tagged}:catalogue`,
    latestVersions: `${tagged}:scenarios`,
    relationships: `${tagged}:relationships`,
    fields: `${tagged}:fields`,
    versions: (scenarioId) => `${tagged}:versions:${encodeKeyPart(scenarioId)}`,
  };
}

/** Returns the hash field of a relationship: kind, source and target, which identify it. The weight is not part of the field. */
export function toRelationshipField({ kind, sourceType, sourceId, targetScenarioId }: Relationship): string {
  return [kind, sourceType, encodeKeyPart(sourceId), encodeKeyPart(targetScenarioId)].join('|');
}

/** Encodes an agent key for a message to other nodes. */
export function encodeAgentKey(agent: AgentKey): string {
  return `${encodeKeyPart(agent.tenantId)}/${encodeKeyPart(agent.agentId)}`;
}

/** The inverse of `encodeAgentKey`; undefined for invalid text. */
export function decodeAgentKey(text: string): AgentKey | undefined {
  const [tenant, agent, ...rest] = text.split('/');
  if (tenant === undefined || agent === undefined || rest.length > 0) return undefined;
  return { tenantId: decodeURIComponent(tenant), agentId: decodeURIComponent(agent) };
}

/** Redis Cluster assigns keys with the same hash tag to the same node. */
function createHashTag(first: string, second: string): string {
  return `{${encodeKeyPart(first)}/${encodeKeyPart(second)}}`;
}

/** Returns the prefix. Throws if it contains braces, which Redis would use as the hash tag of every key. */
export function validateKeyPrefix(prefix: string): string {
  if (/[{}]/.test(prefix)) throw new Error('The prefix of the Redis keys must not contain braces.');
  return prefix;
}
