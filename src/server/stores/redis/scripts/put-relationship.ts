import type { Call } from '../../../ports/call';
import type { PutRelationshipOutcome } from '../../../ports/scenario-catalogue';
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
  readonly expectedRevision: number | undefined;
}

/** Runs put-relationship.lua. Rejects as `RedisConnection.write` does. */
export async function runPutRelationship(
  connection: RedisConnection,
  keys: CatalogueKeys,
  { field, bytes, channel, message, expectedRevision }: PutRelationshipArguments,
  call: Call,
): Promise<PutRelationshipOutcome> {
  const args = [field, bytes, channel, message, expectedRevision ?? ''];
  const reply = await connection.runScript(call, 'write', script, [keys.catalogue, keys.relationships], args);
  const result = asInteger(reply);
  return result === -1 ? { kind: 'conflict' } : { kind: 'stored', created: result === 1 };
}
