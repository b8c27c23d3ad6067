import { Cluster } from 'ioredis';
import type { RedisClient } from './redis-client';

/** The lowest version that the service supports. Scripts use exclusive ranges of streams, which 6.0 does not have. */
const minVersion = { major: 6, minor: 2 };

/**
 * Returns the problem of a server that is too old; undefined if all masters are supported. A version that cannot be read counts as
 * supported: the user may lack the permission for INFO, and a proxy may answer differently.
 */
export async function findVersionProblem(client: RedisClient): Promise<string | undefined> {
  const masters = client instanceof Cluster ? client.nodes('master') : [client];
  const infos = await Promise.all(masters.map((master) => master.info('server').catch(() => '')));
  const unsupported = infos.map(readVersion).find((version) => version !== undefined && !isSupported(version));
  if (unsupported === undefined) return undefined;
  return `Redis ${unsupported} is too old. Use Redis ${minVersion.major}.${minVersion.minor} or later.`;
}

/** Reads the version from the reply of INFO; undefined if there is none. */
function readVersion(info: string): string | undefined {
  return /^redis_version:(\S+)/m.exec(info)?.[1];
}

function isSupported(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return true;
  const difference = Number(major) - minVersion.major || Number(minor) - minVersion.minor;
  return difference >= 0;
}
