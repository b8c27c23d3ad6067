import { Redis } from 'ioredis';
import { RedisProcess } from '../../tools/redis/redis-process';
import { eventually } from './eventually';
import { startReplica } from './redis-replica';

/**
 * Intervals in milliseconds that make a Sentinel detect changes quickly. The high TILT trigger prevents a pause of 30 seconds after the
 * machine stalls.
 */
const shortIntervals = [
  ...['info-period', 300, 'ping-period', 100, 'ask-period', 100, 'publish-period', 100],
  ...['tilt-trigger', 600_000],
];

/** A master, two replicas and three Sentinels on loopback ports, for one test file. */
export class SentinelSetup {
  readonly name = 'main';

  private constructor(
    readonly master: RedisProcess,
    readonly replicas: readonly RedisProcess[],
    readonly sentinels: readonly RedisProcess[],
  ) {}

  /** Resolves when the replicas are synchronized and the Sentinels have discovered all servers. */
  static async start(): Promise<SentinelSetup> {
    const master = await RedisProcess.start(['--repl-diskless-sync-delay', '0']);
    const replicas = await Promise.all([1, 2].map(() => startReplica(master)));
    const sentinels = await Promise.all([1, 2, 3].map(() => RedisProcess.startSentinel()));
    const setup = new SentinelSetup(master, replicas, sentinels);
    await Promise.all(sentinels.map((sentinel) => setup.monitor(sentinel)));
    return setup;
  }

  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** Sets the time after which an unresponsive master is replaced, in milliseconds. Until this is called, no master is replaced. */
  async setFailoverTimeout(milliseconds: number): Promise<void> {
    const set = (client: Redis) => client.call('SENTINEL', 'SET', this.name, 'down-after-milliseconds', milliseconds);
    await Promise.all(this.sentinels.map((sentinel) => runCommands(sentinel, set)));
  }

  /** Resolves when a server has the role of a replica, as the old master has after a failover. */
  async waitForReplicaRole(server: RedisProcess): Promise<void> {
    await runCommands(server, (client) =>
      eventually(async () => (await client.info('replication')).includes('role:slave')),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, this.master, ...this.replicas].map((server) => server.stop()));
  }

  private async monitor(sentinel: RedisProcess): Promise<void> {
    await runCommands(sentinel, async (client) => {
      await client.call('SENTINEL', 'MONITOR', this.name, '127.0.0.1', this.master.port, 2);
      await client.call('SENTINEL', 'DEBUG', ...shortIntervals);
      const settings = ['down-after-milliseconds', 60_000, 'failover-timeout', 3_000];
      await client.call('SENTINEL', 'SET', this.name, ...settings);
      await eventually(async () => {
        const state = String(await client.call('INFO', 'sentinel'));
        return state.includes('slaves=2,sentinels=3');
      });
    });
  }
}

async function runCommands(server: RedisProcess, work: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(server.url, { enableReadyCheck: false });
  await work(client);
  client.disconnect();
}
