import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@grpc/grpc-js';
import type { Health } from './health';

/** How a server is told to stop. */
export interface DrainOptions {
  /** Between NOT_SERVING and the first refused call, so that load balancers see it in time. Milliseconds. */
  readonly graceMs: number;
  /** After that, for the calls in flight; what still runs then is cut off. Milliseconds. */
  readonly timeoutMs: number;
  /** After that, for the connections that were cut off to close. Milliseconds. */
  readonly closeTimeoutMs: number;
}

/** What is stopped. */
export interface DrainTarget {
  readonly server: Server;
  /** Where it listens; "" where it never did. */
  readonly address: string;
  readonly health: Health;
  /** Aborted for the long-lived streams, which would not end otherwise. */
  readonly drainController: AbortController;
}

/**
 * Stops a server: NOT_SERVING, a wait, no more calls, then an end for those in flight. Resolves to whether all of them ended by
 * themselves.
 */
export async function drain(
  { server, address, health, drainController: draining }: DrainTarget,
  { graceMs, timeoutMs, closeTimeoutMs: closingMs }: DrainOptions,
): Promise<boolean> {
  health.setServing(false);
  if (address === '') return true; // never listened
  if (graceMs > 0) await sleep(graceMs);
  draining.abort();
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  // Before the server destroys anything at the same moment, or what was cut off would have ended in time.
  const settled = settlesWithin(timeoutMs, ended);
  // Says goodbye on every connection and destroys after the time what is still open. forceShutdown, which one would expect here,
  // knows of no connection while channelz is switched off; and after tryShutdown this one does not, either.
  server.drain(address, timeoutMs);
  server.tryShutdown(() => end());
  health.endWatches();
  const inTime = await settled;
  if (!inTime) await settlesWithin(closingMs, ended);
  server.forceShutdown();
  return inTime;
}

/** Whether the promise is resolved in time; the timer does not outlive it. */
async function settlesWithin(milliseconds: number, promise: Promise<void>): Promise<boolean> {
  const late = new AbortController();
  const overdue = sleep(milliseconds, false, { signal: late.signal }).catch(() => false);
  const inTime = await Promise.race([promise.then(() => true), overdue]);
  late.abort();
  return inTime;
}
