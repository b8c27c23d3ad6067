import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes, asInteger, asList } from '../script-reply';

const script = LuaScript.load('create');

export interface CreateArguments {
  /** The encoded session, at revision 0. */
  readonly state: Buffer;
  readonly sessionTtlMs: number;
  /** Identifies the import. */
  readonly importId: string;
}

export type CreateReply =
  | { readonly kind: 'created' }
  /** `state` is the stored state. `ttlMs` is negative if the session has no time to live. */
  | { readonly kind: 'existing'; readonly state: Buffer; readonly ttlMs: number };

/** Runs create.lua. Rejects as `RedisConnection.write` does. */
export async function runCreate(
  connection: RedisConnection,
  keys: SessionKeys,
  { state, sessionTtlMs, importId }: CreateArguments,
  call: Call,
): Promise<CreateReply> {
  const args = [state, sessionTtlMs, importId];
  const reply = await connection.runScript(call, 'write', script, [keys.session, keys.turnLog], args);
  if (typeof reply === 'number') return { kind: 'created' };
  const [existing, ttl] = asList(reply);
  return { kind: 'existing', state: asBytes(existing), ttlMs: asInteger(ttl) };
}
