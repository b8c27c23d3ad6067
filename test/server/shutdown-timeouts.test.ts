import { loadConfig } from '../../src/server/config';
import { maxShutdownMs } from '../../src/server/shutdown-timeouts';

const { server } = loadConfig({});

test('a shutdown takes less than ten seconds with the default settings', () => {
  expect(maxShutdownMs(server)).toBeLessThan(10_000);
});

test('calls are accepted for at least 200 ms after the signal with the default settings', () => {
  expect(server.drain_grace_ms).toBeGreaterThanOrEqual(200);
});

test('a longer drain setting extends the maximum shutdown time by the same amount', () => {
  const longer = { drain_grace_ms: server.drain_grace_ms + 7, drain_timeout_ms: server.drain_timeout_ms + 11 };
  expect(maxShutdownMs(longer) - maxShutdownMs(server)).toBe(18);
});
