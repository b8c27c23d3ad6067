import { getImportId, type Session } from '../../../../core/model/session';
import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes, asInteger, asList } from '../script-reply';
import { listDueKeys, type TimerChange } from './due';
import { createFeedArguments, type PartitionFeedLimits } from './feed-arguments';
import { createIndexArguments, listIndexKeys } from './index-arguments';

const script = LuaScript.load('create');

export interface CreateArguments {
  /** The encoded session, at revision 0. */
  readonly state: Buffer;
  /** The session that `state` encodes. */
  readonly session: Session;
  readonly sessionTtlMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly feedLimits: PartitionFeedLimits;
  /** How the entry of its timer changes. */
  readonly timerChange: TimerChange;
}

export type CreateReply =
  | { readonly kind: 'created' }
  /** `state` is the stored state. `ttlMs` is negative if the session has no time to live. */
  | { readonly kind: 'existing'; readonly state: Buffer; readonly ttlMs: number };

/** Runs create.lua. Rejects as `RedisConnection.write` does. */
export async function runCreate(
  connection: RedisConnection,
  keys: SessionKeys,
  { state, session, sessionTtlMs, now, feedLimits, timerChange }: CreateArguments,
  call: Call,
): Promise<CreateReply> {
  const { feed, count, due } = keys.partition;
  const partitionKeys = [feed, count, ...listIndexKeys(keys.partition), ...listDueKeys(due, timerChange)];
  const names = [keys.session, keys.turnLog, ...partitionKeys] as const;
  const feedArguments = createFeedArguments(keys.partition, now, feedLimits);
  const indexArguments = createIndexArguments(session, undefined, now);
  const timerArguments = [keys.id, timerChange];
  const args = [state, sessionTtlMs, getImportId(session), now, ...feedArguments, ...indexArguments, ...timerArguments];
  const reply = await connection.runScript(call, 'write', script, names, args);
  if (typeof reply === 'number') return { kind: 'created' };
  const [existing, ttl] = asList(reply);
  return { kind: 'existing', state: asBytes(existing), ttlMs: asInteger(ttl) };
}
