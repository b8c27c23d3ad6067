import type { Call } from '../../../src/server/ports/call';
import { monitorStore } from '../../../src/server/runtime';

const clock = { now: () => Date.now() };

/** Watches a store whose probes do what `outcomes` says, one after the other, the last one for ever. */
function aWatch(outcomes: ((call: Call) => Promise<void>)[]) {
  const told: (boolean | string)[] = [];
  let probes = 0;
  const watch = monitorStore({
    probe: (call) => {
      const outcome = outcomes[Math.min(probes, outcomes.length - 1)];
      probes += 1;
      return outcome === undefined ? Promise.resolve() : outcome(call);
    },
    clock,
    intervalMs: 1,
    timeoutMs: 20,
    onReadinessChange: (ready, error) => told.push(ready ? true : String(error)),
  });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { watch, told, until, probes: () => probes };
}

const there = (): Promise<void> => Promise.resolve();
const away = (): Promise<void> => Promise.reject(new Error('away'));

it('tells after the first probe, and then only when something changes', async () => {
  const { watch, told, until, probes } = aWatch([there, there, away, away, there]);
  await watch.firstRun;
  expect(told).toEqual([true]);
  await until(() => probes() > 8);
  watch.stop();
  expect(told).toEqual([true, 'Error: away', true]);
});

it('takes a store that does not answer for one that is away, and aborts the probe', async () => {
  let signal: AbortSignal | undefined;
  const { watch, told } = aWatch([
    (call) => {
      signal = call.signal;
      return new Promise<void>(() => {});
    },
  ]);
  await watch.firstRun;
  watch.stop();
  expect(told).toEqual(['Error: Not done within 20 ms.']);
  expect(signal?.aborted).toBe(true);
});

it('tells nothing once it is stopped', async () => {
  const { watch, told } = aWatch([there]);
  watch.stop();
  await watch.firstRun;
  expect(told).toEqual([]);
});
