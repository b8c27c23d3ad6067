import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asInteger } from '../script-reply';
import { toBuffer } from './commit';
import { listDueKeys, type TimerChange } from './due';
import { createFeedArguments, type PartitionFeedLimits } from './feed-arguments';
import { listIndexKeys } from './index-arguments';

const script = LuaScript.load('delete-session');

export interface DeleteArguments {
  /** The channel on which all nodes are notified. */
  readonly channel: string;
  readonly deletedAt: number;
  /** The encoded event of the feed. */
  readonly event: Uint8Array;
  readonly feedLimits: PartitionFeedLimits;
  /** How the entry of its timer changes. */
  readonly timerChange: TimerChange;
}

/** Runs delete-session.lua. Resolves to whether the session existed. Rejects as `RedisConnection.write` does. */
export async function runDeleteSession(
  connection: RedisConnection,
  keys: SessionKeys,
  { channel, deletedAt, event, feedLimits, timerChange }: DeleteArguments,
  call: Call,
): Promise<boolean> {
  const { feed, count, due } = keys.partition;
  const partitionKeys = [feed, count, ...listIndexKeys(keys.partition), ...listDueKeys(due, timerChange)];
  const names = [keys.session, keys.turnLog, ...partitionKeys] as const;
  const feedArguments = createFeedArguments(keys.partition, deletedAt, feedLimits);
  const args = [channel, deletedAt, toBuffer(event), ...feedArguments, keys.id, timerChange];
  const deletedKeys = await connection.runScript(call, 'write', script, names, args);
  return asInteger(deletedKeys) > 0;
}
