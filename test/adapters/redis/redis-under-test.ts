import { Redis } from 'ioredis';
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/redis-connection';
import { RedisSessionStore } from '../../../src/adapters/redis/redis-session-store';
import { until } from '../../support/calls';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { silentLog } from '../../support/silent-log';

/** How long a test waits for a connection at most, milliseconds. */
const patienceMs = 15_000;

export interface StoreSettings {
  readonly recordedTurns?: number;
  readonly sessionTtlMs?: number;
  readonly cachedSessions?: number;
  readonly keyPrefix?: string;
}

/** A Redis server of one test file, with clients of this adapter and one for the test to look and meddle with. */
export class RedisUnderTest {
  private readonly closers: (() => Promise<void>)[] = [];
  private prefixes = 0;

  private constructor(
    readonly server: RedisServer,
    /** Speaks to the server for the test. */
    readonly admin: Redis,
  ) {}

  static async start(args: readonly string[] = []): Promise<RedisUnderTest> {
    const server = await startRedisServer(args);
    const admin = new Redis(server.url, { maxRetriesPerRequest: null, disconnectTimeout: 100 });
    admin.on('error', () => undefined);
    return new RedisUnderTest(server, admin);
  }

  /** A prefix that no other test of the file uses. */
  freshPrefix(): string {
    this.prefixes += 1;
    return `test${this.prefixes}:`;
  }

  /** A connection that is ready, with little patience for a server that does not answer. */
  async connect(commandTimeoutMs = 5_000): Promise<RedisConnection> {
    const endpoint = { kind: 'single', url: this.server.url } as const;
    const connection = connectRedis({ endpoint, commandTimeoutMs, clock: Date, log: silentLog });
    this.closers.push(() => connection.close());
    await connection.untilReady(until(Date.now() + patienceMs));
    return connection;
  }

  /** A store with a connection of its own, as another node has it. */
  async store(settings: StoreSettings = {}, commandTimeoutMs?: number): Promise<RedisSessionStore> {
    return new RedisSessionStore(await this.connect(commandTimeoutMs), {
      keyPrefix: this.freshPrefix(),
      sessionTtlMs: 60_000,
      recordedTurns: 1_000,
      cachedSessions: 100,
      clock: Date,
      ...settings,
    });
  }

  /** How many commands the clients of the server send while `work` runs; those within scripts do not count. */
  async commandsDuring(work: () => Promise<void>): Promise<readonly string[]> {
    const monitor = await this.admin.monitor();
    const commands: string[] = [];
    const seen = new Promise<void>((resolve) => {
      monitor.on('monitor', (_time: string, args: string[], source: string) => {
        if (args[1] === 'end of the work') resolve();
        else if (source !== 'lua') commands.push(String(args[0]).toLowerCase());
      });
    });
    await work();
    await this.admin.echo('end of the work');
    await seen;
    monitor.disconnect();
    return commands;
  }

  async close(): Promise<void> {
    for (const close of this.closers) await close();
    this.admin.disconnect();
    await this.server.stop();
  }
}

/** Waits until something holds; the test's own timeout ends a wait that is in vain. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
