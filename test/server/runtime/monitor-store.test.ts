import type { Call } from '../../../src/server/ports/call';
import { monitorStore } from '../../../src/server/runtime';

const clock = { now: () => Date.now() };

/** Monitors a store. `outcomes` are the results of the probes in order; the last one repeats. */
function startMonitor(outcomes: ((call: Call) => Promise<void>)[]) {
  const reported: (boolean | string)[] = [];
  let probeCount = 0;
  const monitor = monitorStore({
    probe: (call) => {
      const outcome = outcomes[Math.min(probeCount, outcomes.length - 1)];
      probeCount += 1;
      return outcome === undefined ? Promise.resolve() : outcome(call);
    },
    clock,
    intervalMs: 1,
    timeoutMs: 20,
    onReadinessChange: (isReady, error) => reported.push(isReady ? true : String(error)),
  });
  const waitUntil = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { monitor, reported, waitUntil, getProbeCount: () => probeCount };
}

const succeed = (): Promise<void> => Promise.resolve();
const fail = (): Promise<void> => Promise.reject(new Error('unavailable'));

it('reports the first result and then only changes', async () => {
  const { monitor, reported, waitUntil, getProbeCount } = startMonitor([succeed, succeed, fail, fail, succeed]);
  await monitor.firstRun;
  expect(reported).toEqual([true]);
  await waitUntil(() => getProbeCount() > 8);
  monitor.stop();
  expect(reported).toEqual([true, 'Error: unavailable', true]);
});

it('treats a probe that times out as failed and aborts it', async () => {
  let signal: AbortSignal | undefined;
  const { monitor, reported } = startMonitor([
    (call) => {
      signal = call.signal;
      return new Promise<void>(() => {});
    },
  ]);
  await monitor.firstRun;
  monitor.stop();
  expect(reported).toEqual(['Error: Timed out after 20 ms.']);
  expect(signal?.aborted).toBe(true);
});

it('reports nothing after it is stopped', async () => {
  const { monitor, reported } = startMonitor([succeed]);
  monitor.stop();
  await monitor.firstRun;
  expect(reported).toEqual([]);
});
