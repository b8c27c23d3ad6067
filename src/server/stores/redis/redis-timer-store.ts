import type { Call } from '../../ports/call';
import type { DuePage, DueQuery, DueSession, TimerHolder, TimerLease, TimerStore } from '../../ports/timer-store';
import { LuaScript } from './lua-script';
import type { RedisConnection } from './redis-connection';
import { decodeSessionId, encodeSessionId, getTimerHoldersKey, getTimerKeys, type KeySpace } from './redis-keys';
import { asBytes, asInteger, asList } from './script-reply';

const readDue = LuaScript.load('read-due');
const reschedule = LuaScript.load('reschedule-timer');
const release = LuaScript.load('release-timers');
const register = LuaScript.load('register-holder');

/** A script that reads this many partitions takes a fraction of a millisecond of Redis. */
const maxPartitionsPerRead = 32;

/**
 * The timers that `RedisSessionStore` writes, and the leases of their partitions. The scripts have the effect "read": a change that was lost with
 * a master, or whose reply was lost, is made again, so it need not wait for replicas.
 */
export class RedisTimerStore implements TimerStore {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keySpace: KeySpace,
    private readonly sessionTtlMs: number,
  ) {}

  get partitions(): number {
    return this.keySpace.partitions;
  }

  /** In a Cluster, a script can only use the keys of one partition. */
  get partitionsPerRead(): number {
    return this.connection.isCluster ? 1 : maxPartitionsPerRead;
  }

  async register({ id, leaseMs }: TimerHolder, call: Call): Promise<number> {
    const key = getTimerHoldersKey(this.keySpace.prefix);
    return asInteger(await this.connection.runScript(call, 'read', register, [key], [id, leaseMs]));
  }

  async unregister({ id }: TimerHolder, call: Call): Promise<void> {
    const key = getTimerHoldersKey(this.keySpace.prefix);
    await this.connection.read(call, (client) => client.zrem(key, id));
  }

  async readDue(
    { id, leaseMs }: TimerHolder,
    queries: readonly DueQuery[],
    call: Call,
  ): Promise<readonly (DuePage | undefined)[]> {
    const [first, ...others] = queries.flatMap(({ partition }) => {
      const { due, timerLease } = getTimerKeys(this.keySpace, partition);
      return [due, timerLease];
    });
    if (first === undefined) return [];
    const args = [id, leaseMs, ...queries.map(({ limit }) => limit)];
    const reply = await this.connection.runScript(call, 'read', readDue, [first, ...others], args);
    const [now, ...pages] = asList(reply);
    return pages.map((page) => parsePage(asInteger(now), page));
  }

  async reschedule(
    { id }: TimerHolder,
    { partition, fence }: TimerLease,
    { key, at }: DueSession,
    nextAt: number | undefined,
    call: Call,
  ): Promise<void> {
    const { due, timerLease } = getTimerKeys(this.keySpace, partition);
    const args = [id, fence, encodeSessionId(key), at, nextAt ?? 'none', this.sessionTtlMs];
    await this.connection.runScript(call, 'read', reschedule, [due, timerLease], args);
  }

  async release({ id }: TimerHolder, { partition, fence }: TimerLease, call: Call): Promise<void> {
    const { timerLease } = getTimerKeys(this.keySpace, partition);
    await this.connection.runScript(call, 'read', release, [timerLease], [id, fence]);
  }
}

/** Parses what read-due.lua returns for a partition. */
function parsePage(now: number, page: unknown): DuePage | undefined {
  if (page === null) return undefined;
  const [fence, dueCount, membersAndScores] = asList(page);
  return {
    fence: asInteger(fence),
    now,
    dueCount: asInteger(dueCount),
    entries: [...parseEntries(asList(membersAndScores))],
  };
}

function* parseEntries(membersAndScores: readonly unknown[]): Generator<DueSession> {
  for (let i = 0; i + 1 < membersAndScores.length; i += 2) {
    const key = decodeSessionId(asBytes(membersAndScores[i]).toString());
    // Another member is not from this service, and would be read for ever.
    if (key === undefined) throw new Error('The timers of a partition have a member that is not a session.');
    yield { key, at: Number(asBytes(membersAndScores[i + 1]).toString()) };
  }
}
