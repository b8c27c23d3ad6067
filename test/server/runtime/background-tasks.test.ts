import { callWithTimeout, poll, pollWhenNotBusy } from '../../../src/server/runtime';

it('runs work repeatedly without overlap until it is stopped', async () => {
  let running = 0;
  let maxRunning = 0;
  let runs = 0;
  const done = new Promise<void>((resolve) => {
    const poller = poll(1, async () => {
      running += 1;
      maxRunning = Math.max(maxRunning, running);
      await new Promise((next) => setTimeout(next, 3));
      running -= 1;
      runs += 1;
      if (runs < 3) return;
      poller.stop();
      resolve();
    });
  });
  await done;
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect({ runs, maxRunning }).toEqual({ runs: 3, maxRunning: 1 });
});

it('a call with a timeout has a deadline and settles with the result of the work', async () => {
  const clock = { now: () => 1_000 };
  expect(await callWithTimeout(clock, 500, async ({ deadline, signal }) => [deadline, signal.aborted])).toEqual([
    1_500,
    false,
  ]);
  await expect(callWithTimeout(clock, 500, () => Promise.reject(new Error('unavailable')))).rejects.toThrow(
    'unavailable',
  );
});

it('work that is not urgent runs only after intervals in which the event loop was busy for at most half of the time', async () => {
  const utilizations = [0.2, 0.51, 1, 0.5];
  const ran: number[] = [];
  await new Promise<void>((resolve) => {
    let current = 0;
    const poller = pollWhenNotBusy(
      1,
      () => ran.push(current),
      () => {
        current = utilizations.shift() ?? -1;
        if (current >= 0) return current;
        poller.stop();
        resolve();
        return 1;
      },
    );
  });
  expect(ran).toEqual([0.2, 0.5]);
});
