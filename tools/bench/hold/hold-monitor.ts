import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

// Loaded before the service (node --require): measures how long the event loop does not run timers.

/** What the monitor reports to a client that connects, for the time since the last client. */
export interface HoldReport {
  /** The longest time between two timers of one millisecond, in milliseconds. */
  readonly longestMs: number;
  /** The longest CPU time of the main thread between two such timers, in milliseconds. It excludes the time of other processes. */
  readonly longestCpuMs: number;
  /** The JavaScript objects, including garbage that was not collected yet, in bytes. */
  readonly heapBytes: number;
  /** The buffers outside the heap, including garbage, in bytes. */
  readonly bufferBytes: number;
}

const port = process.env['HOLD_MONITOR_PORT'];

if (port !== undefined) {
  // The id of the main thread is that of the process. The first number is its CPU time in nanoseconds.
  const schedulerFile = `/proc/self/task/${process.pid}/schedstat`;
  const getCpuMs = (): number => Number(readFileSync(schedulerFile, 'utf8').split(' ')[0]) / 1e6;
  let longest = { longestMs: 0, longestCpuMs: 0 };
  let last = { time: performance.now(), cpu: getCpuMs() };
  const measure = (): void => {
    const now = { time: performance.now(), cpu: getCpuMs() };
    longest = {
      longestMs: Math.max(longest.longestMs, now.time - last.time),
      longestCpuMs: Math.max(longest.longestCpuMs, now.cpu - last.cpu),
    };
    last = now;
  };
  setInterval(measure, 1).unref();
  createServer((socket) => {
    measure();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const report: HoldReport = { ...longest, heapBytes: heapUsed, bufferBytes: arrayBuffers };
    socket.end(JSON.stringify(report));
    longest = { longestMs: 0, longestCpuMs: 0 };
  })
    .listen(Number(port), '127.0.0.1')
    .unref();
}
