import { Redis } from 'ioredis';
import type { RedisConnection } from '../../../../src/server/stores/redis/redis-connection';
import type { RedisSessionStore } from '../../../../src/server/stores/redis/redis-session-store';
import { RedisProcess } from '../../../../tools/redis/redis-process';
import { ClientsUnderTest, defaultTimeoutMs, type StoreSettings } from './clients-under-test';

/** A Redis server for one test file, with store clients and an admin client. */
export class RedisUnderTest {
  readonly clients: ClientsUnderTest;

  private constructor(
    readonly server: RedisProcess,
    /** The client that tests use to inspect and change the server. */
    readonly admin: Redis,
  ) {
    this.clients = new ClientsUnderTest({ endpoint: server.endpoint });
  }

  static async start(args: readonly string[] = []): Promise<RedisUnderTest> {
    const server = await RedisProcess.start(args);
    const admin = new Redis(server.url, { maxRetriesPerRequest: null, disconnectTimeout: 100 });
    admin.on('error', () => undefined);
    return new RedisUnderTest(server, admin);
  }

  nextPrefix(): string {
    return this.clients.nextPrefix();
  }

  connect(commandTimeoutMs = defaultTimeoutMs): Promise<RedisConnection> {
    return this.clients.connect({ commandTimeoutMs });
  }

  createStore(settings: StoreSettings = {}, commandTimeoutMs = defaultTimeoutMs): Promise<RedisSessionStore> {
    return this.clients.createStore(settings, { commandTimeoutMs });
  }

  /** Records the commands that all clients send while `work` runs. Does not include the commands of scripts. */
  async recordCommands(work: () => Promise<void>): Promise<readonly string[]> {
    const monitor = await this.admin.monitor();
    const commands: string[] = [];
    const finished = new Promise<void>((resolve) => {
      monitor.on('monitor', (_time: string, args: string[], source: string) => {
        if (args[1] === 'end of work') resolve();
        else if (source !== 'lua') commands.push(String(args[0]).toLowerCase());
      });
    });
    await work();
    await this.admin.echo('end of work');
    await finished;
    monitor.disconnect();
    return commands;
  }

  async close(): Promise<void> {
    await this.clients.close();
    this.admin.disconnect();
    await this.server.stop();
  }
}
