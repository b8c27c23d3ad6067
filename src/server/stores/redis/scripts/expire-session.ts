import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asInteger } from '../script-reply';
import { createFeedArguments, type PartitionFeedLimits } from './feed-arguments';
import { encodeExpiry, listIndexKeys } from './index-arguments';

const script = LuaScript.load('expire-session');

export interface ExpireArguments {
  readonly sessionId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly feedLimits: PartitionFeedLimits;
}

/** Runs expire-session.lua. Resolves to whether the session had expired. Rejects as `RedisConnection.write` does. */
export async function runExpireSession(
  connection: RedisConnection,
  { session, partition }: SessionKeys,
  { sessionId, now, feedLimits }: ExpireArguments,
  call: Call,
): Promise<boolean> {
  const keys = [session, partition.feed, partition.count, ...listIndexKeys(partition)] as const;
  const args = [now, encodeExpiry(sessionId, now), ...createFeedArguments(partition, now, feedLimits)];
  return asInteger(await connection.runScript(call, 'write', script, keys, args)) > 0;
}
