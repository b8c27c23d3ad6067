import type { CloudEvent } from '../../../src/cli/export/cloud-event';
import { type Delivery, deliver } from '../../../src/cli/export/deliver';
import { retry } from '../../../src/cli/export/retry';
import { EventsRefusedError, type Sink, SinkUnavailableError } from '../../../src/cli/export/sink';
import { createEvent } from '../../support/exported-events';

const events = ['a', 'b', 'c', 'd', 'e'].map((id) => createEvent(id));

interface Outcome {
  readonly written: readonly string[];
  readonly dead: readonly string[];
  readonly reported: readonly string[];
  readonly error: unknown;
}

/** Delivers the events to a sink that fails as `fail` says; it gets the ids of a batch and the number of the write from 1. */
async function run(
  fail: (ids: readonly string[], write: number) => Error | undefined,
  { hasDeadLetters = true, ...options }: { hasDeadLetters?: boolean } & Partial<Delivery> = {},
): Promise<Outcome> {
  const [written, dead, reported]: [string[], string[], string[]] = [[], [], []];
  let writes = 0;
  const sink: Sink = {
    name: 'test sink',
    batchSize: 3,
    async write(batch) {
      writes += 1;
      const ids = batch.map(({ id }) => id);
      const error = fail(ids, writes);
      if (error !== undefined) throw error;
      written.push(ids.join(''));
    },
    close: async () => undefined,
  };
  const store = async (batch: readonly CloudEvent[], reason: string) => {
    dead.push(`${batch.map(({ id }) => id).join('')}: ${reason}`);
  };
  const deadLetters = hasDeadLetters ? { name: 'dead.jsonl', store } : undefined;
  const defaults = { maxAttempts: Number.POSITIVE_INFINITY, signal: new AbortController().signal };
  const report = (line: string) => void reported.push(line);
  const error = await deliver(events, { sink, deadLetters, report, ...defaults, ...options }).catch((e: unknown) => e);
  return { written, dead, reported, error };
}

test('batches are delivered in order', async () => {
  expect(await run(() => undefined)).toEqual({ written: ['abc', 'de'], dead: [], reported: [], error: undefined });
});

test('a batch is repeated until the sink confirms it', async () => {
  const { written, reported } = await run((_ids, write) =>
    write < 3 ? new SinkUnavailableError('connection refused') : undefined,
  );
  expect(written).toEqual(['abc', 'de']);
  expect(reported[0]).toMatch(/^test sink: connection refused. Attempt 1, next one in 0.1 s.$/);
  expect(reported.at(-1)).toBe('test sink: delivered at attempt 3.');
});

test('only the refused events of a batch become dead letters, with the reason', async () => {
  const { written, dead } = await run((ids) => (ids.includes('b') ? new EventsRefusedError('status 422') : undefined));
  expect(written).toEqual(['a', 'c', 'de']);
  expect(dead).toEqual(['b: status 422']);
});

test('without a file for dead letters, a refused event ends the export with code 4 and says what to do', async () => {
  const refuse = () => new EventsRefusedError('status 401');
  const { error, written } = await run(refuse, { hasDeadLetters: false });
  expect(error).toMatchObject({ exitCode: 4 });
  expect(String(error)).toMatch(
    /test sink: status 401\nEvent a \(session session of a\) was not delivered.*\nFix the sink .*--dead-letter-file/,
  );
  expect(written).toEqual([]);
});

test('a batch is a dead letter after the last attempt', async () => {
  const fail = (ids: readonly string[]) => (ids.includes('a') ? new SinkUnavailableError('status 500') : undefined);
  const { written, dead } = await run(fail, { maxAttempts: 2 });
  expect(written).toEqual(['de']);
  expect(dead).toEqual(['abc: status 500']);
});

test('an error of another kind is not repeated', async () => {
  const { error, dead } = await run(() => new TypeError('defect'));
  expect([error, dead]).toEqual([new TypeError('defect'), []]);
});

test.each([
  ['half a minute', 30_000, 30_000],
  ['more than an hour', 86_400_000, 3_600_000],
])('a sink that asks for %s is tried again after that, but within an hour', async (_case, retryAfterMs, delayMs) => {
  expect(await getDelay(retryAfterMs)).toBe(delayMs);
});

test('a sink that asks for nothing is tried again soon', async () => {
  expect(await getDelay(0)).toBeLessThan(200);
});

/** Returns the delay after the first failure, in milliseconds, without waiting for it. */
async function getDelay(retryAfterMs: number): Promise<number> {
  const abort = new AbortController();
  let delay = 0;
  const repeated = retry(() => Promise.reject(new Error('busy')), {
    getRetryAfterMs: () => retryAfterMs,
    onRetry(_error, _attempt, delayMs) {
      delay = delayMs;
      abort.abort();
    },
    maxAttempts: 5,
    signal: abort.signal,
  });
  await expect(repeated).rejects.toMatchObject({ name: 'AbortError' });
  return delay;
}
