import { acknowledgeTurns } from '../../../src/server/application/watch-turns';
import type { FeedLimits, TurnFeed } from '../../../src/server/ports/turn-feed';
import { defaultFeedLimits, maxConsumers } from '../../../src/server/ports/turn-feed';
import type { EmbeddedSessionStore } from '../../../src/server/stores/embedded/embedded-session-store';
import { openEmbedded } from '../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../support/calls';
import { eventually } from '../../support/eventually';
import { FakeClock } from '../../support/fake-clock';
import { aSession, uuid } from '../../support/session-builder';
import { TurnsWatcher, type TurnsWatcherOptions } from '../../support/turns-watcher';
import { aCommit, applyTurn, aSummary } from '../stores/contract/turn-driver';
import { createTemporaryFolder } from '../stores/embedded/temporary-folder';

const tenantId = uuid(1);

describe('watchTurns', () => {
  let store: EmbeddedSessionStore;
  let feed: TurnFeed;
  let watchers: TurnsWatcher[];
  let close: () => Promise<void>;

  const open = async (feedLimits: FeedLimits = defaultFeedLimits) => {
    const folder = await createTemporaryFolder();
    const clock = new FakeClock();
    const options = { path: folder.path, sessionTtlMs: 60_000, feedLimits, clock, monotonicClock: clock };
    const stores = openEmbedded(options);
    store = stores.sessionStore;
    feed = stores.turnFeed;
    watchers = [];
    close = async () => {
      for (const watcher of watchers) await watcher.stop();
      await store.close();
      await folder.remove();
    };
  };
  beforeEach(() => open());
  afterEach(() => close());

  const watch = (options: TurnsWatcherOptions = {}) => {
    const watcher = new TurnsWatcher(feed, options);
    watchers.push(watcher);
    return watcher;
  };
  /** Commits the next turn of a session. */
  const apply = async (session: number, times = 1) => {
    for (let i = 0; i < times; i += 1) {
      turns += 1;
      await applyTurn(store, { tenantId, sessionId: uuid(session) }, uuid(1_000 + turns));
    }
  };
  let turns = 0;

  it('sends the kept events, then every event when it is committed', async () => {
    await apply(1, 2);
    await apply(2);
    const watcher = watch();
    await watcher.waitForEvents(3);
    await apply(2);
    await watcher.waitForEvents(4);
    await store.delete({ tenantId, sessionId: uuid(1) }, unboundedCall);
    await watcher.waitForEvents(5);
    expect(watcher.texts).toEqual(['1 1', '1 2', '2 1', '2 2', '1 deleted']);
  });

  it('sends only later events without from_oldest, and the first response has the cursor from which it starts', async () => {
    await apply(1, 2);
    const watcher = watch({ fromOldest: false });
    await watcher.waitForResponses(1);
    expect(watcher.responses[0]?.events).toEqual([]);
    await apply(1);
    await watcher.waitForEvents(1);
    expect(watcher.texts).toEqual(['1 3']);
    const resumed = watch({ cursor: watcher.responses[0]?.cursor ?? '' });
    await resumed.waitForEvents(1);
    expect(resumed.texts).toEqual(['1 3']);
  });

  it('resumes from every cursor without a gap or a double', async () => {
    await apply(1, 150);
    const watcher = watch();
    await watcher.waitForEvents(150);
    expect(watcher.responses.length).toBeGreaterThan(2);
    let sent = 0;
    for (const { cursor, events } of watcher.responses) {
      sent += events.length;
      const resumed = watch({ cursor });
      await resumed.waitForEvents(150 - sent);
      expect(resumed.texts).toEqual(watcher.texts.slice(sent));
      await resumed.stop();
    }
  });

  it('sends turns of an agent, of a scenario and with a reason, all deletions, and the cursor past the others', async () => {
    let previous = aSession({ tenantId, sessionId: uuid(7) });
    const commit = async (parts: Parameters<typeof aSummary>[0]) => {
      turns += 1;
      const decided = { ...aCommit(previous, uuid(1_000 + turns)), summary: aSummary(parts) };
      await store.commit(decided, unboundedCall);
      previous = decided.session;
    };
    const decide = (scenario: number, reason: 'IDLE' | 'CANDIDATE') => ({
      decisions: aSummary().decisions.map((decision) => ({ ...decision, scenarioId: uuid(scenario), reason })),
    });
    await commit(decide(21, 'IDLE'));
    await commit(decide(21, 'CANDIDATE'));
    await commit(decide(22, 'IDLE'));
    await commit({ decisions: [] });
    await store.delete({ tenantId, sessionId: uuid(7) }, unboundedCall);
    const select = async (filter: Partial<TurnsWatcherOptions['filter']>, count: number) => {
      const all = { agentId: '', scenarioId: '', reasons: [], ...filter };
      const watcher = watch({ filter: all });
      await watcher.waitForEvents(count);
      return watcher.texts;
    };
    expect(await select({ agentId: uuid(2) }, 5)).toEqual(['7 1', '7 2', '7 3', '7 4', '7 deleted']);
    expect(await select({ agentId: uuid(3) }, 1)).toEqual(['7 deleted']);
    expect(await select({ scenarioId: uuid(21) }, 3)).toEqual(['7 1', '7 2', '7 deleted']);
    expect(await select({ reasons: ['IDLE'] }, 3)).toEqual(['7 1', '7 3', '7 deleted']);
    expect(await select({ scenarioId: uuid(22), reasons: ['IDLE', 'CANDIDATE'] }, 2)).toEqual(['7 3', '7 deleted']);
    expect(await select({ scenarioId: uuid(22), reasons: ['CANDIDATE'] }, 1)).toEqual(['7 deleted']);
  });

  it('moves the cursor of a client whose filter selects nothing', async () => {
    await apply(1, 1_100);
    const filter = { agentId: uuid(99), scenarioId: '', reasons: [] };
    const watcher = watch({ filter });
    await watcher.waitForResponses(2);
    expect(watcher.events).toEqual([]);
    const resumed = watch({ cursor: watcher.cursor });
    await resumed.waitForEvents(1);
    expect(Number(resumed.texts[0]?.split(' ')[1])).toBeGreaterThan(1_000);
  });

  it('reads at most one part of a partition ahead of a slow client', async () => {
    await apply(1, 200);
    let reads = 0;
    const original = feed;
    feed = {
      ...bind(original),
      readPage: (query, call) => {
        reads += 1;
        return original.readPage(query, call);
      },
    };
    const blocked: (() => void)[] = [];
    let isSlow = true;
    const watcher = watch({
      beforeTaking: ({ events }) =>
        events.length > 0 && isSlow ? new Promise((resolve) => blocked.push(resolve)) : Promise.resolve(),
    });
    await eventually(async () => blocked.length === 1);
    await apply(1, 20);
    // The position of the start, and one part of the partition.
    expect(reads).toBe(2);
    blocked[0]?.();
    await eventually(async () => blocked.length === 2);
    expect(reads).toBe(3);
    isSlow = false;
    blocked[1]?.();
    await watcher.waitForEvents(220);
    expect(watcher.texts).toEqual(Array.from({ length: 220 }, (_, index) => `1 ${index + 1}`));
  });

  describe('a consumer', () => {
    it('resumes after what it acknowledged, however its stream ended', async () => {
      await apply(1, 3);
      const first = watch({ consumer: 'warehouse' });
      await first.waitForEvents(3);
      await first.stop();
      const second = watch({ consumer: 'warehouse' });
      await second.waitForEvents(3);
      expect(second.texts).toEqual(['1 1', '1 2', '1 3']);
      await acknowledgeTurns({ feed }, { tenantId, consumer: 'warehouse', cursor: second.cursor }, unboundedCall);
      await second.stop();
      await apply(1);
      const third = watch({ consumer: 'warehouse' });
      await third.waitForEvents(1);
      expect(third.texts).toEqual(['1 4']);
    });

    it('that starts with the next event misses nothing before its first acknowledgment', async () => {
      await apply(1);
      const first = watch({ consumer: 'new', fromOldest: false });
      await first.waitForResponses(1);
      await first.stop();
      await apply(1);
      const second = watch({ consumer: 'new', fromOldest: false });
      await second.waitForEvents(1);
      expect(second.texts).toEqual(['1 2']);
    });

    it('is refused if there are too many', async () => {
      const { cursor } = await startAndStop('first');
      for (let i = 2; i <= maxConsumers; i += 1) {
        await acknowledgeTurns({ feed }, { tenantId, consumer: `${i}`, cursor }, unboundedCall);
      }
      expect(await watch({ consumer: 'another' }).waitForEnd()).toMatchObject({ reason: 'TOO_MANY_CONSUMERS' });
      const acknowledged = acknowledgeTurns({ feed }, { tenantId, consumer: 'another', cursor }, unboundedCall);
      await expect(acknowledged).rejects.toMatchObject({ reason: 'TOO_MANY_CONSUMERS' });
    });

    const startAndStop = async (consumer: string) => {
      const watcher = watch({ consumer });
      await watcher.waitForResponses(1);
      await watcher.stop();
      return watcher;
    };
  });

  describe('a gap', () => {
    it('is sent if events after the cursor are no longer kept, and the kept ones follow', async () => {
      await close();
      await open({ ...defaultFeedLimits, bytes: 4_000 });
      await apply(1, 5);
      const watcher = watch();
      await watcher.waitForEvents(5);
      await watcher.stop();
      await apply(1, 100);
      const resumed = watch({ cursor: watcher.cursor });
      await resumed.waitForEvents(3);
      const [gap, ...following] = resumed.texts;
      const [first] = following;
      const revision = Number(first?.split(' ')[1]);
      expect(gap).toBe(`gap RETENTION ${revision - 6}`);
      expect(revision).toBeGreaterThan(50);
      expect(following).toEqual(Array.from({ length: following.length }, (_, index) => `1 ${revision + index}`));
      expect(following.at(-1)).toBe('1 105');
    });

    it('is not sent to a client that starts with the oldest kept event', async () => {
      await close();
      await open({ ...defaultFeedLimits, bytes: 4_000 });
      await apply(1, 100);
      const watcher = watch();
      await watcher.waitForEvents(1);
      expect(watcher.texts.some((text) => text.startsWith('gap'))).toBe(false);
    });
  });

  it.each([
    ['text', 'not a cursor'],
    ['a short text', 'AQ'],
    ['a cursor without its end', ''],
  ])('refuses %s as a cursor', async (_, text) => {
    const watcher = watch();
    await watcher.waitForResponses(1);
    const cursor = text === '' ? watcher.cursor.slice(0, -2) : text;
    expect(await watch({ cursor }).waitForEnd()).toMatchObject({ reason: 'INVALID_REQUEST' });
    const acknowledged = acknowledgeTurns({ feed }, { tenantId, consumer: 'a', cursor }, unboundedCall);
    await expect(acknowledged).rejects.toMatchObject({ violations: [{ field: 'cursor' }] });
  });

  it('refuses the cursor of another tenant', async () => {
    const watcher = watch({ tenantId: uuid(9) });
    await watcher.waitForResponses(1);
    expect(await watch({ cursor: watcher.cursor }).waitForEnd()).toMatchObject({ reason: 'INVALID_REQUEST' });
  });

  it('ends with the reason of its call', async () => {
    const watcher = watch();
    await watcher.waitForResponses(1);
    await watcher.stop();
    expect(watcher.error).toMatchObject({ reason: 'CANCELLED' });
  });
});

/** Copies the methods of a feed. */
function bind(feed: TurnFeed): TurnFeed {
  return {
    partitions: feed.partitions,
    readPage: (query, call) => feed.readPage(query, call),
    onChange: (tenant, listener) => feed.onChange(tenant, listener),
    readConsumer: (tenant, consumer, call) => feed.readConsumer(tenant, consumer, call),
    storeConsumer: (tenant, consumer, cursor, call) => feed.storeConsumer(tenant, consumer, cursor, call),
    deleteConsumer: (tenant, consumer, call) => feed.deleteConsumer(tenant, consumer, call),
  };
}
