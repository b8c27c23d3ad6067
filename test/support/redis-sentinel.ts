import { Redis } from 'ioredis';
import { eventually } from './eventually';
import { startReplica } from './redis-replica';
import { type RedisServer, startRedisSentinel, startRedisServer } from './redis-server';

/**
 * Makes a Sentinel quick to see what happens, milliseconds; by default it takes many seconds. One that was stopped itself for two
 * seconds would do nothing for half a minute.
 */
const quick = [
  ...['info-period', 300, 'ping-period', 100, 'ask-period', 100, 'publish-period', 100],
  ...['tilt-trigger', 600_000],
];

/** A master, two replicas and three Sentinels of one test file: real programs on free loopback ports. */
export class SentinelSetup {
  readonly name = 'main';

  private constructor(
    readonly master: RedisServer,
    readonly replicas: readonly RedisServer[],
    readonly sentinels: readonly RedisServer[],
  ) {}

  /** Resolves once the replicas have what the master has, and the Sentinels know one another and them. */
  static async start(): Promise<SentinelSetup> {
    const master = await startRedisServer(['--repl-diskless-sync-delay', '0']);
    const replicas = await Promise.all([1, 2].map(() => startReplica(master)));
    const sentinels = await Promise.all([1, 2, 3].map(startRedisSentinel));
    const setup = new SentinelSetup(master, replicas, sentinels);
    await Promise.all(sentinels.map((sentinel) => setup.watch(sentinel)));
    return setup;
  }

  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** Has a master that is silent replaced so soon, milliseconds; before that none is, however long the machine stops. */
  async setFailoverTimeout(milliseconds: number): Promise<void> {
    const set = (client: Redis) => client.call('SENTINEL', 'SET', this.name, 'down-after-milliseconds', milliseconds);
    await Promise.all(this.sentinels.map((sentinel) => ask(sentinel, set)));
  }

  /** Resolves once a server is a replica, as the Sentinels make one of a master that comes back after a failover. */
  async waitForReplicaRole(server: RedisServer): Promise<void> {
    await ask(server, (client) => eventually(async () => (await client.info('replication')).includes('role:slave')));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, this.master, ...this.replicas].map((server) => server.stop()));
  }

  private async watch(sentinel: RedisServer): Promise<void> {
    await ask(sentinel, async (client) => {
      await client.call('SENTINEL', 'MONITOR', this.name, '127.0.0.1', this.master.port, 2);
      await client.call('SENTINEL', 'DEBUG', ...quick);
      const settings = ['down-after-milliseconds', 60_000, 'failover-timeout', 3_000];
      await client.call('SENTINEL', 'SET', this.name, ...settings);
      await eventually(async () => {
        const state = String(await client.call('INFO', 'sentinel'));
        return state.includes('slaves=2,sentinels=3');
      });
    });
  }
}

async function ask(server: RedisServer, what: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(server.url, { enableReadyCheck: false });
  await what(client);
  client.disconnect();
}
