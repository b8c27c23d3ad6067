import { Redis } from 'ioredis';
import { eventually } from './eventually';
import { type RedisServer, startRedisSentinel, startRedisServer } from './redis-server';

/** A master, its replica and three Sentinels of one test file: real programs on free loopback ports. */
export class SentinelSetup {
  readonly name = 'main';

  private constructor(
    readonly master: RedisServer,
    readonly replica: RedisServer,
    readonly sentinels: readonly RedisServer[],
  ) {}

  /** Resolves once the Sentinels know one another and the replica. */
  static async start(): Promise<SentinelSetup> {
    const [master, replica, ...sentinels] = await Promise.all([
      startRedisServer(),
      startRedisServer(['--repl-diskless-sync-delay', '0']),
      ...Array.from({ length: 3 }, startRedisSentinel),
    ]);
    const setup = new SentinelSetup(master, replica, sentinels);
    await ask(replica, (client) => client.replicaof('127.0.0.1', master.port));
    await Promise.all(sentinels.map((sentinel) => setup.watch(sentinel)));
    return setup;
  }

  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, this.master, this.replica].map((server) => server.stop()));
  }

  private async watch(sentinel: RedisServer): Promise<void> {
    await ask(sentinel, async (client) => {
      await client.call('SENTINEL', 'MONITOR', this.name, '127.0.0.1', this.master.port, 2);
      const settings = ['down-after-milliseconds', 500, 'failover-timeout', 3_000];
      await client.call('SENTINEL', 'SET', this.name, ...settings);
      await eventually(async () => {
        const state = String(await client.call('INFO', 'sentinel'));
        return state.includes('slaves=1,sentinels=3');
      });
    });
  }
}

async function ask(server: RedisServer, what: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(server.url, { enableReadyCheck: false });
  await what(client);
  client.disconnect();
}
