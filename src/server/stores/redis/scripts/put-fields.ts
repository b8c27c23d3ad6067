import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { CatalogueKeys } from '../redis-keys';
import { asBytes, asInteger, asList } from '../script-reply';

const script = LuaScript.load('put-fields');

export interface PutFieldsArguments {
  readonly contentHash: string;
  readonly bytes: Buffer;
  readonly expectedVersion: number | undefined;
  readonly channel: string;
  readonly message: string;
}

export type PutFieldsReply =
  | { readonly kind: 'stored'; readonly version: number }
  /** The stored version has the same content hash. */
  | { readonly kind: 'unchanged'; readonly version: number; readonly bytes: Buffer }
  | { readonly kind: 'conflict'; readonly currentVersion: number };

/** Runs put-fields.lua. Rejects as `RedisConnection.write` does. */
export async function runPutFields(
  connection: RedisConnection,
  keys: CatalogueKeys,
  { contentHash, bytes, expectedVersion, channel, message }: PutFieldsArguments,
  call: Call,
): Promise<PutFieldsReply> {
  const reply = await connection.runScript(
    call,
    'write',
    script,
    [keys.catalogue, keys.fields],
    [contentHash, bytes, expectedVersion ?? '', channel, message],
  );
  return typeof reply === 'number' ? { kind: 'stored', version: reply } : parseRejection(asList(reply));
}

function parseRejection([kind, version, bytes]: readonly unknown[]): PutFieldsReply {
  const name = asBytes(kind).toString();
  if (name === 'conflict') return { kind: 'conflict', currentVersion: asInteger(version) };
  return { kind: 'unchanged', version: asInteger(version), bytes: asBytes(bytes) };
}
