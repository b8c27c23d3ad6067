export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** A user of the access control list (ACL). An empty `username` means the default user. */
export interface RedisLogin {
  readonly username: string;
  readonly password: string;
}

/** TLS options. An empty string selects the default of Node.js. */
export interface RedisTls {
  /** The trusted CA certificates, PEM. */
  readonly ca: string;
  /** The client certificate and its private key, PEM. */
  readonly cert: string;
  readonly key: string;
  /** The expected name in the server certificate, if it differs from the host. */
  readonly serverName: string;
}

interface RedisAccess {
  readonly login?: RedisLogin | undefined;
  readonly tls?: RedisTls | undefined;
}

export interface SingleRedis extends RedisAccess {
  readonly kind: 'single';
  readonly address: RedisAddress;
  /** The number of the database. The service does not serve while Redis does not select it. */
  readonly database: number;
}

/** A master that Sentinels monitor. The TLS options apply to the master and to the Sentinels. */
export interface SentinelRedis extends RedisAccess {
  readonly kind: 'sentinel';
  readonly sentinels: readonly RedisAddress[];
  /** The name of the master in the configuration of the Sentinels. */
  readonly name: string;
  readonly sentinelLogin?: RedisLogin | undefined;
}

export interface ClusterRedis extends RedisAccess {
  readonly kind: 'cluster';
  /** Nodes that the client asks for the topology of the Cluster. */
  readonly seeds: readonly RedisAddress[];
}

export type RedisEndpoint = SingleRedis | SentinelRedis | ClusterRedis;

/** Describes the endpoint for logs, without secrets. */
export function formatEndpoint(endpoint: RedisEndpoint): string {
  switch (endpoint.kind) {
    case 'single':
      return `Redis at ${formatAddress(endpoint.address)}, database ${endpoint.database}`;
    case 'sentinel':
      return `Redis "${endpoint.name}" behind the Sentinels ${endpoint.sentinels.map(formatAddress).join(', ')}`;
    case 'cluster':
      return `Redis Cluster at ${endpoint.seeds.map(formatAddress).join(', ')}`;
  }
}

/** Formats an address as `host:port` or `[IPv6]:port`. */
export function formatAddress({ host, port }: RedisAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
