import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@grpc/grpc-js';
import type { Health } from './health';

export interface DrainOptions {
  /** Time between NOT_SERVING and the first rejected call, in which load balancers can react. Milliseconds. */
  readonly graceMs: number;
  /** Time after `graceMs` in which calls in flight may end. Calls that are still running are then terminated. Milliseconds. */
  readonly timeoutMs: number;
  /** Time after `timeoutMs` in which terminated connections may close. Milliseconds. */
  readonly closeTimeoutMs: number;
}

export interface DrainTarget {
  readonly server: Server;
  /** The listening address; "" if the server never listened. */
  readonly address: string;
  readonly health: Health;
  /** Aborting it ends the long-lived streams. */
  readonly drainController: AbortController;
}

/**
 * Shuts a server down: it reports NOT_SERVING, waits, rejects new calls, and waits for the calls in flight. Resolves to true if
 * all of them ended before the timeout.
 */
export async function drain(
  { server, address, health, drainController }: DrainTarget,
  { graceMs, timeoutMs, closeTimeoutMs }: DrainOptions,
): Promise<boolean> {
  health.setServing(false);
  if (address === '') return true;
  if (graceMs > 0) await sleep(graceMs);
  drainController.abort();
  let onShutdown: () => void = () => {};
  const shutdown = new Promise<void>((resolve) => {
    onShutdown = resolve;
  });
  // This timer must start before that of `server.drain`, which has the same length and terminates connections. Otherwise,
  // terminated calls would count as ended in time.
  const outcome = settlesWithin(timeoutMs, shutdown);
  // Sends GOAWAY on every connection, and destroys the connections that are open after the timeout. forceShutdown has
  // no list of connections while channelz is disabled, and drain has none after tryShutdown.
  server.drain(address, timeoutMs);
  server.tryShutdown(() => onShutdown());
  health.endWatches();
  const endedInTime = await outcome;
  if (!endedInTime) await settlesWithin(closeTimeoutMs, shutdown);
  server.forceShutdown();
  return endedInTime;
}

/** Resolves to whether the promise resolves within the given time. The timer is canceled when the promise resolves. */
async function settlesWithin(milliseconds: number, promise: Promise<void>): Promise<boolean> {
  const timerAbort = new AbortController();
  const timeout = sleep(milliseconds, false, { signal: timerAbort.signal }).catch(() => false);
  const inTime = await Promise.race([promise.then(() => true), timeout]);
  timerAbort.abort();
  return inTime;
}
