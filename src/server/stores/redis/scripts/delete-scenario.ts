import type { Call } from '../../../ports/call';
import type { DeleteOutcome } from '../../../ports/scenario-catalogue';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import { type CatalogueKeys, encodeKeyPart } from '../redis-keys';
import { asInteger, asList } from '../script-reply';

const script = LuaScript.load('delete-scenario');

export interface DeleteScenarioArguments {
  readonly scenarioId: string;
  readonly expectedVersion: number | undefined;
  readonly channel: string;
  readonly message: string;
}

/** Runs delete-scenario.lua. Rejects as `RedisConnection.write` does. */
export async function runDeleteScenario(
  connection: RedisConnection,
  keys: CatalogueKeys,
  { scenarioId, expectedVersion, channel, message }: DeleteScenarioArguments,
  call: Call,
): Promise<DeleteOutcome> {
  const reply = await connection.runScript(
    call,
    'write',
    script,
    [keys.catalogue, keys.latestVersions, keys.versions(scenarioId), keys.relationships],
    [scenarioId, encodeKeyPart(scenarioId), expectedVersion ?? '', channel, message],
  );
  if (typeof reply === 'number') return { kind: 'deleted', existed: reply === 1 };
  return { kind: 'conflict', currentVersion: asInteger(asList(reply)[1]) };
}
