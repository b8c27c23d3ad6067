import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import { asList, asOptionalBytes } from '../script-reply';

const script = LuaScript.load('read-fields');

/** Runs read-fields.lua. Returns the values in the order of the fields. Rejects as `RedisConnection.read` does. */
export async function runReadFields(
  connection: RedisConnection,
  key: string,
  fields: readonly [string, ...string[]],
  call: Call,
): Promise<readonly (Buffer | undefined)[]> {
  return asList(await connection.runScript(call, 'read', script, [key], fields)).map(asOptionalBytes);
}
