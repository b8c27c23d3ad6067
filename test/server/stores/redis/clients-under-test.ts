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

/** The default timeout of connections and commands in tests, in milliseconds. */
export const defaultTimeoutMs = 30_000;

export type StoreSettings = Partial<RedisSessionStoreOptions>;

/** The connections and stores of one test file. */
export class ClientsUnderTest {
  private readonly connections: RedisConnection[] = [];
  private prefixCount = 0;

  constructor(private readonly options: Pick<RedisConnectionOptions, 'endpoint' | 'replication'>) {}

  /** Returns a prefix that no other test of the file uses. */
  nextPrefix(): string {
    this.prefixCount += 1;
    return `test${this.prefixCount}:`;
  }

  /** Opens a connection and waits until it is ready. */
  async connect(settings: Partial<RedisConnectionOptions> = {}): Promise<RedisConnection> {
    const connection = this.startConnecting(settings);
    await connection.waitForReady(callUntil(Date.now() + defaultTimeoutMs));
    return connection;
  }

  /** Opens a connection without waiting. */
  startConnecting(settings: Partial<RedisConnectionOptions> = {}): RedisConnection {
    const defaults = { commandTimeoutMs: defaultTimeoutMs, clock: Date, log: silentLog };
    const connection = connectRedis({ ...defaults, ...this.options, ...settings });
    this.connections.push(connection);
    return connection;
  }

  /** Creates a store with its own connection, as another node does. */
  async createStore(
    settings: StoreSettings = {},
    connectionSettings: Partial<RedisConnectionOptions> = {},
  ): Promise<RedisSessionStore> {
    return this.createStoreOn(await this.connect(connectionSettings), settings);
  }

  createStoreOn(connection: RedisConnection, settings: StoreSettings = {}): RedisSessionStore {
    return new RedisSessionStore(connection, {
      keyPrefix: this.nextPrefix(),
      sessionTtlMs: 3_600_000,
      turnLimits: { recordedTurns: 1_000 },
      cachedSessions: 100,
      clock: Date,
      ...settings,
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
  }
}
