import { loadConfig } from '../../src/server/config';
import { maxShutdownMs } from '../../src/server/shutdown-timeouts';

const { server } = loadConfig({});

test('with the default settings a shutdown takes less than ten seconds', () => {
  expect(maxShutdownMs(server)).toBeLessThan(10_000);
});

test('with the default settings calls are accepted for at least 200 ms after the signal', () => {
  expect(server.drain_grace_ms).toBeGreaterThanOrEqual(200);
});

test('a longer drain setting extends the maximum shutdown time by the same amount', () => {
  const longer = { drain_grace_ms: server.drain_grace_ms + 7, drain_timeout_ms: server.drain_timeout_ms + 11 };
  expect(maxShutdownMs(longer) - maxShutdownMs(server)).toBe(18);
});
