/** Where a server listens. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** A user of the access control list; the default user where `username` is empty. */
export interface RedisLogin {
  readonly username: string;
  readonly password: string;
}

/** How TLS is spoken; an empty text leaves it to Node.js. */
export interface RedisTls {
  /** Certificates of the authorities that are trusted, PEM. */
  readonly ca: string;
  /** The certificate that is shown, and its private key, PEM. */
  readonly cert: string;
  readonly key: string;
  /** The name that the server's certificate must have, instead of the host that is connected to. */
  readonly serverName: string;
}

interface RedisAccess {
  readonly login?: RedisLogin | undefined;
  readonly tls?: RedisTls | undefined;
}

export interface SingleRedis extends RedisAccess {
  readonly kind: 'single';
  /** redis:// or rediss:// with user (ACL), password and database where they are needed. */
  readonly url: string;
}

/** The master that Sentinels tell of; TLS and no TLS hold for both. */
export interface SentinelRedis extends RedisAccess {
  readonly kind: 'sentinel';
  readonly sentinels: readonly RedisAddress[];
  /** The name that the Sentinels have for the master. */
  readonly name: string;
  readonly sentinelLogin?: RedisLogin | undefined;
}

export interface ClusterRedis extends RedisAccess {
  readonly kind: 'cluster';
  /** Nodes that tell of the others. */
  readonly seeds: readonly RedisAddress[];
}

/** Which Redis, and how it is reached. */
export type RedisEndpoint = SingleRedis | SentinelRedis | ClusterRedis;

/** The endpoint in words, without a secret. */
export function formatEndpoint(endpoint: RedisEndpoint): string {
  switch (endpoint.kind) {
    case 'single': {
      const { host, pathname } = new URL(endpoint.url);
      return `the Redis ${host}${pathname}`;
    }
    case 'sentinel':
      return `the Redis "${endpoint.name}" of the Sentinels ${endpoint.sentinels.map(formatAddress).join(', ')}`;
    case 'cluster':
      return `the Redis Cluster of ${endpoint.seeds.map(formatAddress).join(', ')}`;
  }
}

/** `host:port`, as Redis writes it. */
export function formatAddress({ host, port }: RedisAddress): string {
  return `${host}:${port}`;
}
