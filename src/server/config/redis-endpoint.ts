import { parseNetworkAddress } from './network-address';
import { isTlsUrl } from './redis-section';
import type { Config } from './schema';

/** Which Redis the stores use, and how it is reached; undefined where the embedded store is used. */
export function toRedisEndpoint({ redis }: Config) {
  const access = { login: login(redis.username, redis.password || redis.password_file), tls: tls(redis) };
  if (redis.url !== '') return { kind: 'single', url: redis.url, ...access } as const;
  if (redis.sentinels.length > 0) {
    const sentinelLogin = login(redis.sentinel_username, redis.sentinel_password || redis.sentinel_password_file);
    const sentinels = redis.sentinels.map(parseNetworkAddress);
    return { kind: 'sentinel', sentinels, name: redis.sentinel_name, sentinelLogin, ...access } as const;
  }
  if (redis.cluster.length > 0)
    return { kind: 'cluster', seeds: redis.cluster.map(parseNetworkAddress), ...access } as const;
  return undefined;
}

function login(username: string, password: string) {
  return password === '' ? undefined : { username, password };
}

function tls(redis: Config['redis']) {
  if (!redis.tls && !isTlsUrl(redis.url)) return undefined;
  return {
    ca: redis.tls_ca_file,
    cert: redis.tls_cert_file,
    key: redis.tls_key_file,
    serverName: redis.tls_server_name,
  };
}
