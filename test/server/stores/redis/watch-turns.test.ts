import { acknowledgeTurns } from '../../../../src/server/application/watch-turns';
import { RedisTurnFeed } from '../../../../src/server/stores/redis/redis-turn-feed';
import { SeededRandom } from '../../../../tools/chaos/seeded-random';
import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { uuid } from '../../../support/session-builder';
import { TurnsWatcher } from '../../../support/turns-watcher';
import { applyTurn } from '../contract/turn-driver';
import { RedisUnderTest } from './redis-under-test';

const tenantId = uuid(1);
const partitions = 16;

describe('watchTurns on two nodes with one Redis', () => {
  let redis: RedisUnderTest;
  beforeAll(async () => {
    redis = await RedisUnderTest.start();
  });
  afterAll(() => redis.close());

  const openNode = async (keyPrefix: string) => ({
    store: await redis.createStore({ keyPrefix, partitions, cachedSessions: 0 }),
    feed: new RedisTurnFeed(await redis.connect(), { prefix: keyPrefix, partitions }),
  });

  it('delivers every turn of both nodes in order, while consumers disconnect and resume anywhere', async () => {
    const random = new SeededRandom(7);
    const keyPrefix = redis.nextPrefix();
    const nodes = [await openNode(keyPrefix), await openNode(keyPrefix)] as const;
    const sessions = Array.from({ length: 30 }, (_, index) => index + 1);
    const turnsPerSession = 20;
    const commits = sessions.map(async (session) => {
      for (let turn = 1; turn <= turnsPerSession; turn += 1) {
        const node = nodes[random.nextInt(2)] ?? nodes[0];
        await applyTurn(node.store, { tenantId, sessionId: uuid(session) }, uuid(10_000 * session + turn));
      }
    });
    /** Reads until all turns have arrived, through many streams. Returns the ids in the order of their arrival. */
    const consume = async (consumer: string) => {
      const received = new Map<string, { session: string; revision: number }>();
      while (received.size < sessions.length * turnsPerSession) {
        const { feed } = nodes[random.nextInt(2)] ?? nodes[0];
        const before = received.size;
        const watcher = new TurnsWatcher(feed, { consumer, pollIntervalMs: 1_000 });
        const wanted = before + 1 + random.nextInt(40);
        await eventually(async () => {
          for (const sent of watcher.events) {
            if ('gap' in sent || sent.entry.event.kind !== 'turn') throw new Error('unexpected event');
            const { position, event } = sent.entry;
            const id = `${sent.partition}-${position.number}-${position.mark}`;
            if (!received.has(id)) received.set(id, { session: event.sessionId, revision: event.revision });
          }
          return received.size >= Math.min(wanted, sessions.length * turnsPerSession);
        });
        // Half of the streams end without an acknowledgment, so their events are sent again.
        const { cursor } = watcher;
        await watcher.stop();
        if (random.nextInt(2) === 0) await acknowledgeTurns({ feed }, { tenantId, consumer, cursor }, unboundedCall);
      }
      return [...received.values()];
    };
    const consumed = await Promise.all(['one', 'two'].map(consume));
    await Promise.all(commits);
    for (const turns of consumed) {
      expect(turns).toHaveLength(sessions.length * turnsPerSession);
      for (const session of sessions) {
        const revisions = turns.filter((turn) => turn.session === uuid(session)).map(({ revision }) => revision);
        expect(revisions).toEqual(Array.from({ length: turnsPerSession }, (_, index) => index + 1));
      }
    }
  });

  it('reads all partitions again after the connection for notifications was closed', async () => {
    const keyPrefix = redis.nextPrefix();
    const { store, feed } = await openNode(keyPrefix);
    const watcher = new TurnsWatcher(feed);
    await watcher.waitForResponses(1);
    await eventually(async () => Number(await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')) > 0);
    await applyTurn(store, { tenantId, sessionId: uuid(3) }, uuid(1));
    await watcher.waitForEvents(1);
    await watcher.stop();
  });

  it('reports lost data, and sends what is kept, after Redis lost the last events and got others', async () => {
    const keyPrefix = redis.nextPrefix();
    const { store, feed } = await openNode(keyPrefix);
    const session = { tenantId, sessionId: uuid(3) };
    for (let turn = 1; turn <= 3; turn += 1) await applyTurn(store, session, uuid(turn));
    const watcher = new TurnsWatcher(feed);
    await watcher.waitForEvents(3);
    await watcher.stop();
    // As after a failover to a replica that has nothing: the feed starts again.
    await redis.admin.del(...(await redis.admin.keys(`${keyPrefix}{p*`)));
    const lost = await redis.createStore({ keyPrefix, partitions, cachedSessions: 0 });
    await applyTurn(lost, session, uuid(4));
    await lost.delete(session, unboundedCall);
    for (let turn = 5; turn <= 7; turn += 1) await applyTurn(lost, session, uuid(turn));
    const resumed = new TurnsWatcher(feed, { cursor: watcher.cursor });
    await resumed.waitForEvents(6);
    await resumed.stop();
    expect(resumed.texts).toEqual(['gap DATA_LOSS 0', '3 1', '3 deleted', '3 1', '3 2', '3 3']);
  });
});
