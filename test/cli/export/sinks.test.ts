import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '../../../src/cli/export/cloud-event';
import { ensureBuilt } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import { ExportProcess } from '../../support/export-process';
import { FeedUnderTest } from '../../support/feed-under-test';
import { startFile } from '../../support/sinks/file-under-test';
import { hasKafka, startKafka } from '../../support/sinks/kafka-under-test';
import { hasNatsServer, startNats } from '../../support/sinks/nats-under-test';
import { startRedisStream } from '../../support/sinks/redis-stream-under-test';
import type { SinkUnderTest } from '../../support/sinks/sink-under-test';
import { WebhookUnderTest } from '../../support/sinks/webhook-under-test';
import { childTimeoutMs } from '../command-line';

// What every sink guarantees, with processes that are killed.

jest.setTimeout(childTimeoutMs);

const sinks: Readonly<Record<string, () => Promise<SinkUnderTest>>> = {
  'a file': startFile,
  'a webhook that fails every third time': () => WebhookUnderTest.start(failEveryThird),
  'a webhook with batches': () => WebhookUnderTest.start(failEveryThird, ['--batch-size', '10']),
  'a Redis Stream': startRedisStream,
  ...(hasNatsServer() ? { 'NATS JetStream': startNats } : {}),
  ...(hasKafka() ? { Kafka: startKafka } : {}),
};

function failEveryThird(_request: unknown, number: number) {
  return { status: number % 3 === 0 ? 503 : 204 };
}

beforeAll(ensureBuilt);

const sessionCount = 4;
const turnsEach = 10;

describe.each(Object.entries(sinks))('%s', (_name, start) => {
  test('gets every event in order, also after kills and an outage, and repeats have the same id', async () => {
    const [sink, feed] = await Promise.all([start(), FeedUnderTest.start()]);
    const sessions = Array.from({ length: sessionCount }, () => randomUUID());
    const args = [...sink.args, '--consumer', 'test', '--from-oldest'];
    const startExport = () => new ExportProcess(args, { ...feed.env, ...sink.env });
    const waitForEvents = (count: number, running: ExportProcess) =>
      eventually(async () => {
        if (running.hasExited) throw new Error(`The export has ended: ${running.stderr}`);
        return new Set((await sink.read()).map(({ id }) => id)).size >= count;
      });

    const killed = startExport();
    await feed.playTurns(sessions, turnsEach);
    await waitForEvents(1, killed);
    await killed.kill();
    await sink.outage?.start();
    await feed.playTurns(sessions, turnsEach);
    const last = startExport();
    if (sink.outage !== undefined) {
      await eventually(async () => last.stderr.includes('Attempt 1, next one in'));
      await sink.outage.end();
    }
    await waitForEvents(2 * sessionCount * turnsEach, last);
    expect(await last.stop()).toBe(0);

    const events = await sink.read();
    const expected = Array.from({ length: 2 * turnsEach }, (_, index) => index + 1);
    for (const session of sessions) expect(listRevisions(events, session)).toEqual(expected);
    expect(findChanged(events)).toEqual([]);
    if (sink.ignoresRepeats) expect(events).toHaveLength(2 * sessionCount * turnsEach);
    await Promise.all([sink.close(), feed.stop()]);
  });
});

/** Returns the revisions of a session in the order in which they arrived first. */
function listRevisions(events: readonly CloudEvent[], session: string): readonly unknown[] {
  const revisions = events.filter(({ subject }) => subject === session).map(({ data }) => Object(data).revision);
  return [...new Set(revisions)];
}

/** Returns the ids that two different events have. */
function findChanged(events: readonly CloudEvent[]): readonly string[] {
  const first = new Map<string, string>();
  return events.flatMap((event) => {
    const text = JSON.stringify(event);
    if (first.has(event.id) && first.get(event.id) !== text) return [event.id];
    first.set(event.id, text);
    return [];
  });
}
