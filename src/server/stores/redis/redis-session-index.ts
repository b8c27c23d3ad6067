import { decodeInstanceCounter, instanceCounter, sessionCounter } from '../../codec/stored/index-entry';
import { encodeKeyPart } from '../../codec/stored/key-part';
import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type {
  CountFilter,
  SessionCounts,
  SessionIndex,
  SessionPage,
  SessionPageQuery,
} from '../../ports/session-index';
import { defaultFeedLimits, type FeedLimits } from '../../ports/turn-feed';
import { LuaScript } from './lua-script';
import type { RedisConnection } from './redis-connection';
import { decodeSessionId, getExpiryKey, getPartitionKeys, getSessionKeys, type KeySpace } from './redis-keys';
import { asBytes } from './script-reply';
import { runExpireSession } from './scripts/expire-session';
import { toPartitionLimits } from './scripts/feed-arguments';
import { runListSessions } from './scripts/list-sessions';

const countSessions = LuaScript.load('count-sessions');

/** Partitions that are read at the same time, so that turns are processed in between. */
const concurrentPartitions = 32;
/** Maximum number of sessions of a partition that are looked at before the next partition. */
const maxDueSessions = 100;

export interface RedisSessionIndexOptions {
  readonly clock: Clock;
  /** Default: `defaultFeedLimits`. */
  readonly feedLimits?: FeedLimits;
}

/** The index that `RedisSessionStore` writes. */
export class RedisSessionIndex implements SessionIndex {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keySpace: KeySpace,
    private readonly options: RedisSessionIndexOptions,
  ) {}

  get partitions(): number {
    return this.keySpace.partitions;
  }

  readPage({ tenantId, partition, ...query }: SessionPageQuery, call: Call): Promise<SessionPage> {
    return runListSessions(this.connection, getPartitionKeys(this.keySpace, partition, tenantId), query, call);
  }

  readLastMessageTimes(
    tenantId: string,
    sessionIds: readonly string[],
    call: Call,
  ): Promise<readonly (number | undefined)[]> {
    return this.connection.read(call, (client) =>
      Promise.all(
        sessionIds.map(async (sessionId) => {
          const time = await client.hget(getSessionKeys(this.keySpace, { tenantId, sessionId }).session, 'm');
          return time === null ? undefined : Number(time);
        }),
      ),
    );
  }

  async count(tenantId: string, filter: CountFilter, call: Call): Promise<SessionCounts> {
    const isCounted = createCounterFilter(filter);
    const counts = new Map<string, number>();
    await this.forEachPartition(async (partition) => {
      const { count } = getPartitionKeys(this.keySpace, partition, tenantId);
      const reply = await this.connection.runScript(call, 'read', countSessions, [count], []);
      const lines = asBytes(reply).toString().split('\n');
      for (let i = 0; i + 1 < lines.length; i += 2) {
        const [name = '', value] = [lines[i], lines[i + 1]];
        if (isCounted(name)) counts.set(name, (counts.get(name) ?? 0) + Number(value));
      }
    });
    let sessions = 0;
    const instances: SessionCounts['instances'][number][] = [];
    for (const [name, value] of counts) {
      if (name.startsWith(sessionCounter)) sessions += value;
      else instances.push(decodeInstanceCounter(name.slice(instanceCounter.length), value));
    }
    return { sessions, instances };
  }

  /**
   * Removes the sessions that have expired from the index, and adds that to the feed. Call it periodically on every node. Resolves to the number
   * of removed sessions. Rejects if Redis does not respond; then a later call goes on.
   */
  async sweep(call: Call): Promise<number> {
    let expired = 0;
    await this.forEachPartition(async (partition) => {
      for (let due = maxDueSessions; due === maxDueSessions; ) {
        const now = this.options.clock.now();
        const key = getExpiryKey(this.keySpace.prefix, partition);
        const ids = await this.connection.read(call, (client) =>
          client.zrangebyscore(key, '-inf', now, 'LIMIT', 0, maxDueSessions),
        );
        const outcomes = await Promise.all(ids.map((id) => this.expire(id, now, call)));
        expired += outcomes.filter(Boolean).length;
        due = ids.length;
      }
    });
    return expired;
  }

  private async expire(id: string, now: number, call: Call): Promise<boolean> {
    const key = decodeSessionId(id);
    if (key === undefined) return false;
    const feedLimits = toPartitionLimits(this.options.feedLimits ?? defaultFeedLimits, this.keySpace.partitions);
    const keys = getSessionKeys(this.keySpace, key);
    return runExpireSession(this.connection, keys, { sessionId: key.sessionId, now, feedLimits }, call);
  }

  private async forEachPartition(work: (partition: number) => Promise<void>): Promise<void> {
    let next = 0;
    const run = async (): Promise<void> => {
      for (let partition = next; partition < this.partitions; partition = next) {
        next += 1;
        await work(partition);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrentPartitions, this.partitions) }, run));
  }
}

/** Returns a function that selects counters by their names. */
function createCounterFilter({ agentId, scenarioId }: CountFilter): (name: string) => boolean {
  const [agent, scenario] = [encodeKeyPart(agentId), encodeKeyPart(scenarioId)];
  return (name) => {
    const [counted = '', countedScenario] = name.split('/', 2);
    if (name.startsWith(sessionCounter)) return agentId === '' || counted === sessionCounter + agent;
    if (!name.startsWith(instanceCounter)) return false;
    return (
      (agentId === '' || counted === instanceCounter + agent) && (scenarioId === '' || countedScenario === scenario)
    );
  };
}
