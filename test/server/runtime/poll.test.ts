import { callWithTimeout, poll } from '../../../src/server/runtime';

it('does work over and over, one round after the other, until it is stopped', async () => {
  let running = 0;
  let most = 0;
  let rounds = 0;
  const done = new Promise<void>((resolve) => {
    const repetition = poll(1, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((next) => setTimeout(next, 3));
      running -= 1;
      rounds += 1;
      if (rounds < 3) return;
      repetition.stop();
      resolve();
    });
  });
  await done;
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect({ rounds, most }).toEqual({ rounds: 3, most: 1 });
});

it('a bounded call knows its deadline and comes to what the work comes to', async () => {
  const clock = { now: () => 1_000 };
  expect(await callWithTimeout(clock, 500, async ({ deadline, signal }) => [deadline, signal.aborted])).toEqual([
    1_500,
    false,
  ]);
  await expect(callWithTimeout(clock, 500, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
});
