import type { Call } from '../../../ports/call';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { CatalogueKeys } from '../redis-keys';
import { asBytes, asList, asOptionalBytes } from '../script-reply';

const script = LuaScript.load('load-catalogue');

export interface LoadCatalogueReply {
  /** 0 if the catalogue never had content. */
  readonly revision: number;
  /** `<version>:<bytes>` of the latest version of each scenario, in no particular order. */
  readonly latestVersions: readonly Buffer[];
  /** In no particular order. */
  readonly relationships: readonly Buffer[];
  /** Undefined if none were ever stored. */
  readonly fields: { readonly version: number; readonly bytes: Buffer } | undefined;
}

/** Runs load-catalogue.lua. Rejects as `RedisConnection.read` does. */
export async function runLoadCatalogue(
  connection: RedisConnection,
  keys: CatalogueKeys,
  call: Call,
): Promise<LoadCatalogueReply> {
  const reply = await connection.runScript(
    call,
    'read',
    script,
    [keys.catalogue, keys.latestVersions, keys.relationships, keys.fields],
    [],
  );
  const [revision, latestVersions, relationships, fields] = asList(reply);
  const [version, bytes] = asList(fields).map(asOptionalBytes);
  return {
    revision: Number(asOptionalBytes(revision) ?? 0),
    latestVersions: asList(latestVersions).map(asBytes),
    relationships: asList(relationships).map(asBytes),
    fields: version === undefined || bytes === undefined ? undefined : { version: Number(version), bytes },
  };
}
