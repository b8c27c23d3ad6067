import type { Call } from '../../../ports/call';
import type { CatalogueKeys } from '../catalogue-keys';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import { asBytes, asList, asOptionalBytes } from '../script-reply';

const script = LuaScript.load('load-catalogue');

export interface LoadCatalogueReply {
  /** 0 where nothing was ever stored. */
  readonly revision: number;
  /** The newest versions with their numbers in front, as `newestVersion` reads them; in no order. */
  readonly latestVersions: readonly Buffer[];
  /** In no order. */
  readonly relationships: readonly Buffer[];
}

/** Runs load-catalogue.lua, which says what is read. Rejects as `RedisConnection.run` does for a read. */
export async function runLoadCatalogue(
  connection: RedisConnection,
  keys: CatalogueKeys,
  call: Call,
): Promise<LoadCatalogueReply> {
  const reply = await connection.runScript(
    call,
    'read',
    script,
    [keys.catalogue, keys.latestVersions, keys.relationships],
    [],
  );
  const [revision, newest, relationships] = asList(reply);
  return {
    revision: Number(asOptionalBytes(revision) ?? 0),
    latestVersions: asList(newest).map(asBytes),
    relationships: asList(relationships).map(asBytes),
  };
}
