import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import { asInteger } from '../script-reply';
import type { SessionKeys } from '../session-keys';

const script = LuaScript.load('delete-session');

/** Runs delete-session.lua, which says what is done. Resolves to whether there was anything. Rejects as a write does. */
export async function runDeleteSession(connection: RedisConnection, keys: SessionKeys, call: Call): Promise<boolean> {
  const removed = await connection.runScript(call, 'write', script, [keys.session, keys.turnLog], []);
  return asInteger(removed) > 0;
}
