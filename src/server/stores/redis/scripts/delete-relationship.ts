import type { Call } from '../../../ports/call';
import type { CatalogueKeys } from '../catalogue-keys';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import { asInteger } from '../script-reply';

const script = LuaScript.load('delete-relationship');

export interface DeleteRelationshipArguments {
  readonly field: string;
  readonly channel: string;
  readonly message: string;
}

/** Runs delete-relationship.lua. Resolves to whether there was one. Rejects as `RedisConnection.run` does for a write. */
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
