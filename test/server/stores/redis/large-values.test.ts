import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Session } from '../../../../src/core/model/session';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import { RedisSessionStore } from '../../../../src/server/stores/redis/redis-session-store';
import { listenOnLoopback } from '../../../../tools/redis/free-port';
import { unboundedCall } from '../../../support/calls';
import { aSession, uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { aCommit, applyTurn } from '../contract/turn-driver';
import { ClientsUnderTest } from './clients-under-test';
import { RedisUnderTest } from './redis-under-test';

const [large, small] = [
  { tenantId: uuid(1), sessionId: uuid(3) },
  { tenantId: uuid(2), sessionId: uuid(3) },
];
const text = 'x'.repeat(500_000);
const withText = (value: string): Pick<Session, 'variables'> => ({
  variables: new Map([['text', { value, scope: 'SESSION', isPersistedResult: false }]]),
});

/** The bytes that the network no longer transfers: those after the first `maxBytes` of a connection in one direction. */
interface Stall {
  readonly direction: 'to Redis' | 'from Redis';
  readonly maxBytes: number;
}

/** A proxy in front of Redis that stalls connections that transfer much, as a slow network does for a while. */
class StallingProxy {
  stall: Stall | undefined;
  readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(redisPort: number): Promise<StallingProxy> {
    const server = createServer();
    const proxy = new StallingProxy(server, await listenOnLoopback(server));
    server.on('connection', (client) => proxy.forward(client, connect(redisPort, '127.0.0.1')));
    return proxy;
  }

  private forward(client: Socket, redis: Socket): void {
    const pass = (from: Socket, to: Socket, direction: Stall['direction']) => {
      let bytes = 0;
      this.sockets.add(from);
      from.on('data', (chunk) => {
        bytes += chunk.length;
        const isStalled = this.stall?.direction === direction && bytes > this.stall.maxBytes;
        if (!isStalled) to.write(chunk);
      });
      from.on('error', () => undefined).on('close', () => to.destroy());
    };
    pass(client, redis, 'to Redis');
    pass(redis, client, 'from Redis');
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('large values in Redis', () => {
  let redis: RedisUnderTest;
  let proxy: StallingProxy;
  let clients: ClientsUnderTest;

  beforeEach(async () => {
    redis = await RedisUnderTest.start();
    proxy = await StallingProxy.start(redis.server.port);
    const address = { host: '127.0.0.1', port: proxy.port };
    clients = new ClientsUnderTest({ endpoint: { kind: 'single', address, database: 0 } });
  });
  afterEach(async () => {
    // First, because the end of a stalled connection would wait for its bytes.
    await proxy.stop();
    await clients.close();
    await redis.close();
  });

  /** Two stores on one connection: `store` without a cache, `catalogue` for the scenarios. */
  const openNode = async (largeCommandTimeoutMs = 30_000) => {
    const connection = await clients.connect({ largeCommandTimeoutMs });
    const store = new RedisSessionStore(connection, {
      keyPrefix: 'node:',
      sessionTtlMs: 3_600_000,
      turnLimits: { recordedTurns: 1_000 },
      cachedSessions: 0,
      clock: Date,
    });
    return { store, catalogue: new RedisCatalogue(connection, { keyPrefix: 'node:' }) };
  };
  const commitLarge = (store: RedisSessionStore, turn = 100) =>
    store.commit(aCommit({ ...aSession(large), ...withText(text) }, uuid(turn)), unboundedCall);
  /** Applies turns of the other tenant. Each waits for the one before it. */
  const applySmallTurns = async (store: RedisSessionStore, first: number) => {
    for (let turn = first; turn < first + 5; turn += 1) {
      expect(await applyTurn(store, small, uuid(turn))).toEqual({ kind: 'committed' });
    }
  };

  it('are stored, read, listed, replayed and deleted', async () => {
    const { store } = await openNode();
    const commit = aCommit({ ...aSession(large), ...withText(text) }, uuid(100), {
      request: Buffer.alloc(100_000, 'q'),
      response: Buffer.alloc(100_000, 'a'),
    });
    expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'committed' });
    expect((await store.read(large, unboundedCall))?.variables.get('text')?.value).toBe(text);
    const loaded = await store.load(large, uuid(100), unboundedCall, { includesStateBefore: true });
    expect(loaded).toMatchObject({ session: commit.session, stateBefore: { session: undefined } });
    expect(loaded.recordedTurn?.request).toHaveLength(100_000);
    const { turns } = await store.listTurns({ key: large, afterRevision: 0, limit: 10 }, unboundedCall);
    expect(turns.map(({ response }) => response.length)).toEqual([100_000]);
    const known = await store.commit(commit, unboundedCall);
    expect(known).toMatchObject({ kind: 'known', record: { revision: 1 } });
    const conflict = await store.commit(aCommit(aSession(large), uuid(101)), unboundedCall);
    expect(conflict).toEqual({ kind: 'conflict', session: commit.session });
    expect(await store.delete(large, unboundedCall)).toBe(true);
  });

  it('a large scenario and a large catalogue are stored and read', async () => {
    const { catalogue } = await openNode();
    const agent = { tenantId: uuid(1), agentId: uuid(2) };
    const options = { contentHash: 'hash', storedAt: 1, expectedVersion: undefined };
    const scenario = aDefinition({ scenarioId: uuid(50), description: text });
    await catalogue.put(agent, scenario, options, unboundedCall);
    expect((await catalogue.get(agent, uuid(50), 1, unboundedCall))?.scenario.description).toBe(text);
    expect((await catalogue.load(agent, unboundedCall)).scenarios.map(({ version }) => version)).toEqual([1]);
  });

  it('a commit that the network stalls fails alone: another tenant keeps its connection and is not delayed', async () => {
    const { store } = await openNode(500);
    await applySmallTurns(store, 1);
    proxy.stall = { direction: 'to Redis', maxBytes: 200_000 };
    let isPending = true;
    const commit = commitLarge(store).finally(() => {
      isPending = false;
    });
    commit.catch(() => undefined);
    await applyTurn(store, small, uuid(6));
    expect(isPending).toBe(true);
    await expect(commit).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    await applySmallTurns(store, 7);
    expect(await store.read(large, unboundedCall)).toBeUndefined();
    proxy.stall = undefined;
    expect(await commitLarge(store)).toEqual({ kind: 'committed' });
  });

  it('a read that the network stalls fails alone: another tenant keeps its connection and is not delayed', async () => {
    const { store } = await openNode(500);
    await commitLarge(store);
    proxy.stall = { direction: 'from Redis', maxBytes: 200_000 };
    const read = store.read(large, unboundedCall);
    read.catch(() => undefined);
    await applySmallTurns(store, 1);
    await expect(read).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await applySmallTurns(store, 6);
    proxy.stall = undefined;
    expect((await store.read(large, unboundedCall))?.revision).toBe(1);
  });

  it('more large values than connections for them wait for their turn', async () => {
    const { store } = await openNode();
    const keys = Array.from({ length: 12 }, (_, index) => ({ tenantId: uuid(1), sessionId: uuid(10 + index) }));
    const commits = keys.map((key) =>
      store.commit(aCommit({ ...aSession(key), ...withText(text) }, uuid(100)), unboundedCall),
    );
    expect(new Set((await Promise.all(commits)).map(({ kind }) => kind))).toEqual(new Set(['committed']));
    const list = String(await redis.admin.client('LIST'));
    // The connection for all others, and at most four for large values.
    expect(list.match(/name=scenario-orchestrator /g)?.length).toBe(5);
  });
});
