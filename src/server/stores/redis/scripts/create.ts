import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import { asBytes, asInteger, asList } from '../script-reply';
import type { SessionKeys } from '../session-keys';

const script = LuaScript.load('create');

export interface CreateArguments {
  /** The session at revision 0. */
  readonly state: Buffer;
  readonly sessionTtlMs: number;
}

export type CreateReply =
  | { readonly kind: 'created' }
  /** The state as it is stored. `ttlMs` below 0: there is none. */
  | { readonly kind: 'existing'; readonly state: Buffer; readonly ttlMs: number };

/** Runs create.lua, which says what is done. Rejects as `RedisConnection.run` does for a write. */
export async function runCreate(
  connection: RedisConnection,
  keys: SessionKeys,
  { state, sessionTtlMs }: CreateArguments,
  call: Call,
): Promise<CreateReply> {
  const reply = await connection.runScript(call, 'write', script, [keys.session, keys.turnLog], [state, sessionTtlMs]);
  if (typeof reply === 'number') return { kind: 'created' };
  const [existing, ttl] = asList(reply);
  return { kind: 'existing', state: asBytes(existing), ttlMs: asInteger(ttl) };
}
