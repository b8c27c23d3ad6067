import type { Socket } from 'node:net';
import { Redis } from 'ioredis';
import { closeClient, createClient, type RedisClient } from '../../../../src/server/stores/redis/redis-client';
import type { RedisEndpoint } from '../../../../src/server/stores/redis/redis-endpoint';
import { eventually } from '../../../support/eventually';
import { RedisCluster } from '../../../support/redis-cluster';
import { startRedisServer } from '../../../support/redis-server';
import { silentLog } from '../../../support/silent-log';
import { defaultTimeoutMs } from './clients-under-test';

const kinds: Record<string, () => Promise<{ endpoint: RedisEndpoint; stop: () => Promise<void> }>> = {
  'a single Redis': async () => {
    const server = await startRedisServer();
    return { endpoint: { kind: 'single', url: server.url }, stop: () => server.stop() };
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

  /** What the sockets of the client are given to send, each time the commands in it. */
  const sent = (): string[][] => {
    const pieces: string[][] = [];
    const text = (chunk: unknown): string => String(chunk).split('\r\n').at(-2) ?? '';
    for (const socket of socketsOf(client)) {
      const { _write, _writev } = socket;
      jest.spyOn(socket, '_write').mockImplementation((chunk, ...rest) => {
        pieces.push([text(chunk)]);
        Reflect.apply(_write, socket, [chunk, ...rest]);
      });
      jest.spyOn(socket, '_writev').mockImplementation((chunks, ...rest) => {
        pieces.push(chunks.map(({ chunk }) => text(chunk)));
        if (_writev) Reflect.apply(_writev, socket, [chunks, ...rest]);
      });
    }
    return pieces;
  };

  it('that are given in one go leave in one piece, in their order', async () => {
    const pieces = sent();
    const answers = await Promise.all([
      client.set('{k}', 'a'),
      later(() => client.append('{k}', 'b')),
      client.get('{k}'),
    ]);
    expect(answers).toEqual(['OK', 2, 'a']);
    expect(pieces).toEqual([['a', '{k}', 'b']]);
  });

  it('wait for none that is given later', async () => {
    const pieces = sent();
    await client.set('{k}', 'a');
    await client.append('{k}', 'b');
    expect(pieces).toEqual([['a'], ['b']]);
  });
});

/** One step later, and in the same go. */
async function later<T>(work: () => Promise<T>): Promise<T> {
  await Promise.resolve();
  return work();
}

/** Of a Cluster those to the nodes that were needed so far. */
function socketsOf(client: RedisClient): Socket[] {
  const redises =
    client instanceof Redis ? [client] : client.nodes('master').filter(({ stream }) => stream !== undefined);
  return redises.map(({ stream }) => stream as Socket);
}
