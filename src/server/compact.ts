import { compactEmbeddedStore } from './compose-embedded-stores';
import { loadConfig, usesRedis } from './config';
import { SystemClock } from './runtime';
import type { Compaction } from './stores/embedded/compact-embedded';

/**
 * Compacts the embedded store that the settings in `env` name. Throws an Error with a message for the operator if the settings are
 * invalid or use Redis, if the folder has no store, if a service uses it, or if the disk has no room for the copy.
 */
export async function compactConfiguredStore(env: NodeJS.ProcessEnv): Promise<Compaction> {
  const config = loadConfig(env);
  if (usesRedis(config)) {
    throw new Error('The settings use Redis. Only the embedded store can be compacted.');
  }
  return compactEmbeddedStore(config, new SystemClock());
}
