import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { CatalogueKeys } from '../redis-keys';
import { asInteger } from '../script-reply';

const script = LuaScript.load('delete-relationship');

export interface DeleteRelationshipArguments {
  readonly field: string;
  readonly channel: string;
  readonly message: string;
}

/** Runs delete-relationship.lua. Resolves to whether the relationship existed. Rejects as `RedisConnection.write` does. */
export async function runDeleteRelationship(
  connection: RedisConnection,
  keys: CatalogueKeys,
  { field, channel, message }: DeleteRelationshipArguments,
  call: Call,
): Promise<boolean> {
  const args = [field, channel, message];
  const reply = await connection.runScript(call, 'write', script, [keys.catalogue, keys.relationships], args);
  return asInteger(reply) === 1;
}
