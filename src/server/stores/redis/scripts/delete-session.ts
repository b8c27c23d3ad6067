import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asInteger } from '../script-reply';

const script = LuaScript.load('delete-session');

/**
 * Runs delete-session.lua, which notifies all nodes on `channel`. Resolves to whether the session existed. Rejects as `RedisConnection.write`
 * does.
 */
export async function runDeleteSession(
  connection: RedisConnection,
  keys: SessionKeys,
  channel: string,
  call: Call,
): Promise<boolean> {
  const deletedKeys = await connection.runScript(call, 'write', script, [keys.session, keys.turnLog], [channel]);
  return asInteger(deletedKeys) > 0;
}
