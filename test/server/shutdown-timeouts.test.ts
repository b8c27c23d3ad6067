import { loadConfig } from '../../src/server/config';
import { maxShutdownMs } from '../../src/server/shutdown-timeouts';

const { server } = loadConfig({});

test('by the defaults a stop takes less than ten seconds, whatever is stuck', () => {
  expect(maxShutdownMs(server)).toBeLessThan(10_000);
});

test('by the defaults calls are taken long enough after the signal for those on their way to arrive', () => {
  expect(server.drain_grace_ms).toBeGreaterThanOrEqual(200);
});

test('a stop takes as much longer as a setting is longer', () => {
  const longer = { drain_grace_ms: server.drain_grace_ms + 7, drain_timeout_ms: server.drain_timeout_ms + 11 };
  expect(maxShutdownMs(longer) - maxShutdownMs(server)).toBe(18);
});
