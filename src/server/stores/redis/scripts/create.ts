import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes, asInteger, asList } from '../script-reply';
import { listDueKeys, type TimerChange } from './due';

const script = LuaScript.load('create');

export interface CreateArguments {
  /** The encoded session, at revision 0. */
  readonly state: Buffer;
  readonly sessionTtlMs: number;
  /** Identifies the import. */
  readonly importId: string;
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
  { state, sessionTtlMs, importId, timerChange }: CreateArguments,
  call: Call,
): Promise<CreateReply> {
  const args = [state, sessionTtlMs, importId, keys.id, timerChange];
  const names = [keys.session, keys.turnLog, ...listDueKeys(keys.partition.due, timerChange)] as const;
  const reply = await connection.runScript(call, 'write', script, names, args);
  if (typeof reply === 'number') return { kind: 'created' };
  const [existing, ttl] = asList(reply);
  return { kind: 'existing', state: asBytes(existing), ttlMs: asInteger(ttl) };
}
