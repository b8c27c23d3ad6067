import {
  connectRedis,
  type RedisConnection,
  type RedisConnectionOptions,
} from '../../../src/adapters/redis/redis-connection';
import { RedisSessionStore, type RedisSessionStoreOptions } from '../../../src/adapters/redis/redis-session-store';
import { until } from '../../support/calls';
import { silentLog } from '../../support/silent-log';

/** How long a test waits for a connection, and a command for its answer, where nothing else is said, milliseconds. */
export const patienceMs = 30_000;

export type StoreSettings = Partial<RedisSessionStoreOptions>;

/** The connections and stores of one test file, to whichever Redis. */
export class ClientsUnderTest {
  private readonly connections: RedisConnection[] = [];
  private prefixes = 0;

  constructor(private readonly options: Pick<RedisConnectionOptions, 'endpoint' | 'replication'>) {}

  /** A prefix that no other test of the file uses. */
  freshPrefix(): string {
    this.prefixes += 1;
    return `test${this.prefixes}:`;
  }

  /** A connection that is ready. */
  async connect(settings: Partial<RedisConnectionOptions> = {}): Promise<RedisConnection> {
    const connection = this.begin(settings);
    await connection.untilReady(until(Date.now() + patienceMs));
    return connection;
  }

  /** A connection that may never be ready. */
  begin(settings: Partial<RedisConnectionOptions> = {}): RedisConnection {
    const defaults = { commandTimeoutMs: patienceMs, clock: Date, log: silentLog };
    const connection = connectRedis({ ...defaults, ...this.options, ...settings });
    this.connections.push(connection);
    return connection;
  }

  /** A store with a connection of its own, as another node has it. */
  async store(settings: StoreSettings = {}, of: Partial<RedisConnectionOptions> = {}): Promise<RedisSessionStore> {
    return this.storeOn(await this.connect(of), settings);
  }

  storeOn(connection: RedisConnection, settings: StoreSettings = {}): RedisSessionStore {
    return new RedisSessionStore(connection, {
      keyPrefix: this.freshPrefix(),
      sessionTtlMs: 60_000,
      recordedTurns: 1_000,
      cachedSessions: 100,
      clock: Date,
      ...settings,
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
  }
}
