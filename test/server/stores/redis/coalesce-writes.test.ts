import type { Socket } from 'node:net';
import { Redis } from 'ioredis';
import { closeClient, createClient, type RedisClient } from '../../../../src/server/stores/redis/redis-client';
import type { RedisEndpoint } from '../../../../src/server/stores/redis/redis-endpoint';
import { RedisCluster } from '../../../../tools/redis/redis-cluster';
import { RedisProcess } from '../../../../tools/redis/redis-process';
import { eventually } from '../../../support/eventually';
import { silentLog } from '../../../support/silent-log';
import { defaultTimeoutMs } from './clients-under-test';

const kinds: Record<string, () => Promise<{ endpoint: RedisEndpoint; stop: () => Promise<void> }>> = {
  'a single Redis': async () => {
    const server = await RedisProcess.start();
    return { endpoint: server.endpoint, stop: () => server.stop() };
  },
  'a Redis Cluster': async () => {
    const cluster = await RedisCluster.start();
    return { endpoint: { kind: 'cluster', seeds: cluster.seeds }, stop: () => cluster.stop() };
  },
};

describe.each(Object.entries(kinds))('commands to %s', (_name, start) => {
  let client: RedisClient;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const started = await start();
    stop = started.stop;
    client = createClient(started.endpoint, defaultTimeoutMs, silentLog);
    await eventually(async () => client.status === 'ready' && (await client.set('{k}', '')) === 'OK');
  }, 60_000);
  afterAll(async () => {
    await closeClient(client);
    await stop();
  });
  afterEach(() => jest.restoreAllMocks());

  /** Records the writes to the sockets of the client, each as a list of commands. */
  const recordWrites = (): string[][] => {
    const writes: string[][] = [];
    const text = (chunk: unknown): string => String(chunk).split('\r\n').at(-2) ?? '';
    for (const socket of getSockets(client)) {
      const { _write, _writev } = socket;
      jest.spyOn(socket, '_write').mockImplementation((chunk, ...rest) => {
        writes.push([text(chunk)]);
        Reflect.apply(_write, socket, [chunk, ...rest]);
      });
      jest.spyOn(socket, '_writev').mockImplementation((chunks, ...rest) => {
        writes.push(chunks.map(({ chunk }) => text(chunk)));
        if (_writev) Reflect.apply(_writev, socket, [chunks, ...rest]);
      });
    }
    return writes;
  };

  it('are sent in one write, in order, if they are in the same tick', async () => {
    const writes = recordWrites();
    const replies = await Promise.all([
      client.set('{k}', 'a'),
      afterMicrotask(() => client.append('{k}', 'b')),
      client.get('{k}'),
    ]);
    expect(replies).toEqual(['OK', 2, 'a']);
    expect(writes).toEqual([['a', '{k}', 'b']]);
  });

  it('are sent separately if they are in different ticks', async () => {
    const writes = recordWrites();
    await client.set('{k}', 'a');
    await client.append('{k}', 'b');
    expect(writes).toEqual([['a'], ['b']]);
  });
});

/** Runs `work` after a microtask, which is in the same tick. */
async function afterMicrotask<T>(work: () => Promise<T>): Promise<T> {
  await Promise.resolve();
  return work();
}

/** Returns the open sockets. A Cluster client connects to nodes on first use. */
function getSockets(client: RedisClient): Socket[] {
  const clients =
    client instanceof Redis ? [client] : client.nodes('master').filter(({ stream }) => stream !== undefined);
  return clients.map(({ stream }) => stream as Socket);
}
