import {
  connectRedis,
  type RedisConnection,
  type RedisConnectionOptions,
} from '../../../../src/server/stores/redis/redis-connection';
import {
  RedisSessionStore,
  type RedisSessionStoreOptions,
} from '../../../../src/server/stores/redis/redis-session-store';
import { callUntil } from '../../../support/calls';
import { silentLog } from '../../../support/silent-log';

/** How long a test waits for a connection, and a command for its answer, where nothing else is said, milliseconds. */
export const defaultTimeoutMs = 30_000;

export type StoreSettings = Partial<RedisSessionStoreOptions>;

/** The connections and stores of one test file, to whichever Redis. */
export class ClientsUnderTest {
  private readonly connections: RedisConnection[] = [];
  private prefixes = 0;

  constructor(private readonly options: Pick<RedisConnectionOptions, 'endpoint' | 'replication'>) {}

  /** A prefix that no other test of the file uses. */
  nextPrefix(): string {
    this.prefixes += 1;
    return `test${this.prefixes}:`;
  }

  /** A connection that is ready. */
  async connect(settings: Partial<RedisConnectionOptions> = {}): Promise<RedisConnection> {
    const connection = this.startConnecting(settings);
    await connection.waitForReady(callUntil(Date.now() + defaultTimeoutMs));
    return connection;
  }

  /** A connection that may never be ready. */
  startConnecting(settings: Partial<RedisConnectionOptions> = {}): RedisConnection {
    const defaults = { commandTimeoutMs: defaultTimeoutMs, clock: Date, log: silentLog };
    const connection = connectRedis({ ...defaults, ...this.options, ...settings });
    this.connections.push(connection);
    return connection;
  }

  /** A store with a connection of its own, as another node has it. */
  async createStore(
    settings: StoreSettings = {},
    of: Partial<RedisConnectionOptions> = {},
  ): Promise<RedisSessionStore> {
    return this.createStoreOn(await this.connect(of), settings);
  }

  createStoreOn(connection: RedisConnection, settings: StoreSettings = {}): RedisSessionStore {
    return new RedisSessionStore(connection, {
      keyPrefix: this.nextPrefix(),
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
