import fc from 'fast-check';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { FeedEvent, WatchTurnsRequest, WatchTurnsResponse } from '../../../gen/focal/orchestration/v1/feed';
import type { CloudEvent } from '../../../src/cli/export/cloud-event';
import { Progress } from '../../../src/cli/export/progress';
import { runExport } from '../../../src/cli/export/run-export';

/** The process was killed here. */
class Killed extends Error {}

/** A feed of 60 events of 3 sessions. A cursor is the number of events before it. Keeps the cursor of one consumer. */
class FakeFeed {
  acknowledged = 0;
  readonly events = Array.from({ length: 60 }, (_, index) =>
    FeedEvent.fromPartial({
      id: `event-${index}`,
      event: { $case: 'turn', value: { sessionId: `session-${index % 3}`, revision: Math.floor(index / 3) + 1 } },
    }),
  );

  /** Creates a client for one process. `visit` is called before and after each acknowledgment. */
  createClient(sizes: readonly number[], visit: () => void): OrchestratorClient {
    const feed = this;
    const client: Pick<OrchestratorClient, 'watchTurns' | 'acknowledgeTurns'> = {
      async *watchTurns(): AsyncGenerator<WatchTurnsResponse, never> {
        let position = feed.acknowledged;
        yield WatchTurnsResponse.fromPartial({ cursor: String(position) });
        for (let response = 0; position < feed.events.length; response += 1) {
          const size = sizes[response % sizes.length] ?? 1;
          const events = feed.events.slice(position, position + size);
          position += events.length;
          yield WatchTurnsResponse.fromPartial({ events, cursor: String(position) });
        }
        throw new Killed('the end of the feed');
      },
      async acknowledgeTurns({ cursor }) {
        visit();
        feed.acknowledged = Number(cursor);
        visit();
        return {};
      },
    };
    // Only these methods are called.
    return client as OrchestratorClient;
  }
}

test('nothing is lost or out of order, wherever the process is killed, and repeats are equal', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
  const kills = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, kills, fc.integer({ min: 1, max: 9 }), async (responseSizes, lives, batchSize) => {
      const feed = new FakeFeed();
      const arrived: CloudEvent[] = [];
      for (const life of [...lives, Number.POSITIVE_INFINITY])
        await runProcess(feed, { responseSizes, life, batchSize }, arrived);
      const first = new Map<string, string>();
      for (const event of arrived) {
        expect(first.get(event.id) ?? JSON.stringify(event)).toBe(JSON.stringify(event));
        first.set(event.id, JSON.stringify(event));
      }
      expect([...first.keys()]).toEqual(feed.events.map(({ id }) => id));
      expect(feed.acknowledged).toBe(60);
    }),
    { numRuns: 100 },
  );
});

interface Process {
  readonly responseSizes: readonly number[];
  /** The number of steps until it is killed: an event arrives, a batch is confirmed, or an acknowledgment starts or ends. */
  readonly life: number;
  readonly batchSize: number;
}

async function runProcess(
  feed: FakeFeed,
  { responseSizes, life, batchSize }: Process,
  arrived: CloudEvent[],
): Promise<void> {
  let steps = 0;
  const visit = () => {
    steps += 1;
    if (steps >= life) throw new Killed();
  };
  const sink = {
    name: 'test',
    batchSize,
    async write(events: readonly CloudEvent[]) {
      for (const event of events) {
        arrived.push(event);
        visit();
      }
      visit();
    },
    close: async () => undefined,
  };
  const report = () => undefined;
  const signal = new AbortController().signal;
  const delivery = { sink, deadLetters: undefined, maxAttempts: Number.POSITIVE_INFINITY, signal, report };
  const progress = new Progress(60_000, report);
  const request = WatchTurnsRequest.fromPartial({ tenantId: 'tenant', consumer: 'test' });
  const settings = { request, includesValues: false, count: Number.POSITIVE_INFINITY };
  const client = feed.createClient(responseSizes, visit);
  await expect(runExport({ client, delivery, progress }, settings)).rejects.toThrow(Killed);
  progress.stop();
}
