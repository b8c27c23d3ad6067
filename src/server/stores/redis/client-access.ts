import { Redis, type RedisOptions } from 'ioredis';
import type { RedisClient } from './client-tuning';
import type { RedisEndpoint, RedisTls } from './redis-endpoint';

/** Returns the options with user, password and certificates, for Redis and its Sentinels. */
export function createAccessOptions(endpoint: RedisEndpoint) {
  const { login, tls } = endpoint;
  const sentinelLogin = endpoint.kind === 'sentinel' ? endpoint.sentinelLogin : undefined;
  return {
    ...(login?.username && { username: login.username }),
    ...(login && { password: login.password }),
    ...(tls && { tls: createTlsOptions(tls) }),
    ...(tls && endpoint.kind === 'sentinel' && { sentinelTLS: createTlsOptions(tls) }),
    ...(sentinelLogin?.username && { sentinelUsername: sentinelLogin.username }),
    ...(sentinelLogin && { sentinelPassword: sentinelLogin.password }),
  } satisfies RedisOptions;
}

function createTlsOptions({ ca, cert, key, serverName }: RedisTls) {
  return {
    ...(ca !== '' && { ca }),
    ...(cert !== '' && { cert, key }),
    ...(serverName !== '' && { servername: serverName }),
  };
}

/** User, password and certificates of clients, which may change. */
export class ClientAccess {
  private readonly clients = new Set<RedisClient>();

  constructor(private currentEndpoint: RedisEndpoint) {}

  /** The endpoint with the current user, password and certificates. */
  get endpoint(): RedisEndpoint {
    return this.currentEndpoint;
  }

  /** Lets a client use every later change. Does not apply to a client that is closed. */
  add<Client extends RedisClient>(client: Client): Client {
    this.clients.add(client);
    // A Cluster creates its nodes, before they connect, with a copy of the first options.
    if (!(client instanceof Redis)) client.on('+node', (node: Redis) => this.apply(node));
    return client;
  }

  remove(client: RedisClient): void {
    this.clients.delete(client);
  }

  /** Uses the access of an endpoint for every later connection. Open connections stay open. */
  update(endpoint: RedisEndpoint): void {
    this.currentEndpoint = endpoint;
    for (const client of this.clients) {
      for (const each of client instanceof Redis ? [client] : client.nodes('all')) this.apply(each);
    }
  }

  private apply(client: Redis): void {
    // ioredis reads the options at each connect.
    Object.assign(client.options, createAccessOptions(this.currentEndpoint));
  }
}
