import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { CatalogueKeys } from '../redis-keys';
import { asInteger } from '../script-reply';

const script = LuaScript.load('put-relationship');

export interface PutRelationshipArguments {
  readonly field: string;
  readonly bytes: Buffer;
  readonly channel: string;
  readonly message: string;
}

/** Runs put-relationship.lua. Resolves to whether the relationship is new. Rejects as `RedisConnection.write` does. */
export async function runPutRelationship(
  connection: RedisConnection,
  keys: CatalogueKeys,
  { field, bytes, channel, message }: PutRelationshipArguments,
  call: Call,
): Promise<boolean> {
  const args = [field, bytes, channel, message];
  const reply = await connection.runScript(call, 'write', script, [keys.catalogue, keys.relationships], args);
  return asInteger(reply) === 1;
}
