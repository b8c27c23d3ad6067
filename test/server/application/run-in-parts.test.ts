import { Allowance } from '../../../src/core/model/allowance';
import { unitsPerIteration } from '../../../src/server/application/event-loop-share';
import { runInParts } from '../../../src/server/application/run-in-parts';
import { createCall } from '../../../src/server/ports/call';
import { FakeClock } from '../../support/fake-clock';

const parts = 10;

/** Work of ten parts, each of which uses the whole share of an iteration. */
function* work(allowance: Allowance, onPart: (part: number) => void): Generator<void, string> {
  for (let part = 0; part < parts; part += 1) {
    allowance.spend('checks', unitsPerIteration);
    onPart(part);
    yield;
  }
  return 'done';
}

/** Counts iterations of the event loop until the work is done. */
async function countIterations(run: Promise<unknown>): Promise<number> {
  let [iterations, isDone] = [0, false];
  const count = (): void => {
    iterations += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await run;
  isDone = true;
  return iterations;
}

test('each part runs in an iteration of the event loop of its own', async () => {
  const allowance = new Allowance(Number.POSITIVE_INFINITY);
  let result: string | undefined;
  const run = runInParts(
    work(allowance, () => undefined),
    allowance,
    { tenantId: 'shared' },
  ).then((value) => {
    result = value;
  });
  expect(await countIterations(run)).toBeGreaterThanOrEqual(parts - 1);
  expect(result).toBe('done');
});

test('the parts of several calls alternate, so that no call waits for another one to end', async () => {
  const order: string[] = [];
  const start = (name: string): Promise<string> => {
    const allowance = new Allowance(Number.POSITIVE_INFINITY);
    return runInParts(
      work(allowance, () => order.push(name)),
      allowance,
      { tenantId: 'shared' },
    );
  };
  await Promise.all([start('a'), start('b')]);
  const firstHalf = order.slice(0, parts);
  expect(firstHalf.filter((name) => name === 'a').length).toBeGreaterThanOrEqual(parts / 2 - 2);
  expect(firstHalf.filter((name) => name === 'b').length).toBeGreaterThanOrEqual(parts / 2 - 2);
});

test('work that costs little runs without a pause', async () => {
  const allowance = new Allowance(Number.POSITIVE_INFINITY);
  let steps = 0;
  function* cheap(): Generator<void, void> {
    for (; steps < 1_000; steps += 1) {
      allowance.spend('checks', 1);
      yield;
    }
  }
  const run = runInParts(cheap(), allowance, { tenantId: 'shared' });
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(steps).toBe(1_000);
  await run;
});

test.each(['CANCELLED', 'DEADLINE'] as const)('work ends at the next pause when its call ends: %s', async (reason) => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const call = createCall(clock.now() + 1_000, controller.signal);
  const allowance = new Allowance(Number.POSITIVE_INFINITY);
  let last = 0;
  const run = runInParts(
    work(allowance, (part) => {
      last = part;
      if (part !== 2) return;
      if (reason === 'CANCELLED') controller.abort();
      else clock.advance(1_000);
    }),
    allowance,
    { call, clock },
  );
  await expect(run).rejects.toMatchObject({ reason });
  expect(last).toBe(2);
});
