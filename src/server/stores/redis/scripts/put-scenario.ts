import type { Call } from '../../../ports/call';
import type { CatalogueKeys } from '../catalogue-keys';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
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
  /** The newest version with its number in front, as `newestVersion` reads it. */
  | { readonly kind: 'unchanged'; readonly newest: Buffer }
  | { readonly kind: 'conflict'; readonly currentVersion: number };

/** Runs put-scenario.lua, which says what is done. Rejects as `RedisConnection.run` does for a write. */
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
  return typeof reply === 'number' ? { kind: 'stored', version: reply } : refusal(asList(reply));
}

function refusal([kind, detail]: readonly unknown[]): PutScenarioReply {
  const name = asBytes(kind).toString();
  if (name === 'conflict') return { kind: 'conflict', currentVersion: asInteger(detail) };
  return { kind: 'unchanged', newest: asBytes(detail) };
}
