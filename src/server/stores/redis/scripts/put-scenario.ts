import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { CatalogueKeys } from '../redis-keys';
import { asBytes, asInteger, asList } from '../script-reply';

const script = LuaScript.load('put-scenario');

export interface PutScenarioArguments {
  readonly scenarioId: string;
  readonly contentHash: string;
  readonly bytes: Buffer;
  readonly expectedVersion: number | undefined;
  readonly channel: string;
  readonly message: string;
}

export type PutScenarioReply =
  | { readonly kind: 'stored'; readonly version: number }
  /** The latest version has the same content hash. `latestVersion` is `<version>:<bytes>`. */
  | { readonly kind: 'unchanged'; readonly latestVersion: Buffer }
  | { readonly kind: 'conflict'; readonly currentVersion: number };

/** Runs put-scenario.lua. Rejects as `RedisConnection.write` does. */
export async function runPutScenario(
  connection: RedisConnection,
  keys: CatalogueKeys,
  { scenarioId, contentHash, bytes, expectedVersion, channel, message }: PutScenarioArguments,
  call: Call,
): Promise<PutScenarioReply> {
  const reply = await connection.runScript(
    call,
    'write',
    script,
    [keys.catalogue, keys.latestVersions, keys.versions(scenarioId)],
    [scenarioId, contentHash, bytes, expectedVersion ?? '', channel, message],
  );
  return typeof reply === 'number' ? { kind: 'stored', version: reply } : parseRejection(asList(reply));
}

function parseRejection([kind, value]: readonly unknown[]): PutScenarioReply {
  const name = asBytes(kind).toString();
  if (name === 'conflict') return { kind: 'conflict', currentVersion: asInteger(value) };
  return { kind: 'unchanged', latestVersion: asBytes(value) };
}
