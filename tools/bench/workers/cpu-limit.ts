import { readdirSync, readFileSync } from 'node:fs';

/** Interval of the checks in milliseconds. */
const checkIntervalMs = 2;

/** CPU time that a process may use at once after it was idle, in milliseconds. */
const maxCreditMs = 20;

/**
 * Limits each process to a share of one core, as the CPU limit of a container does: stops a process that has used more than its share so far,
 * and continues it when it may go on. Returns a function that ends the limit. Linux only.
 */
export function limitCpu(pids: readonly number[], share: number): () => void {
  const limited = pids.map((pid) => ({ pid, creditMs: 0, usedMs: getCpuMs(pid), isStopped: false }));
  let checkedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const elapsed = now - checkedAt;
    checkedAt = now;
    for (const process of limited) {
      const usedMs = getCpuMs(process.pid);
      process.creditMs = Math.min(maxCreditMs, process.creditMs + elapsed * share - (usedMs - process.usedMs));
      process.usedMs = usedMs;
      setStopped(process, process.creditMs < 0);
    }
  }, checkIntervalMs);
  return () => {
    clearInterval(timer);
    for (const process of limited) setStopped(process, false);
  };
}

function setStopped(limited: { readonly pid: number; isStopped: boolean }, isStopped: boolean): void {
  if (limited.isStopped === isStopped) return;
  limited.isStopped = isStopped;
  process.kill(limited.pid, isStopped ? 'SIGSTOP' : 'SIGCONT');
}

/** CPU time of a process, all threads, in milliseconds. */
export function getCpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) => readNanoseconds(`/proc/${pid}/task/${thread}/schedstat`));
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
}

/** The first number of the file is the time on a processor. A thread may have ended meanwhile. */
function readNanoseconds(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[0]);
  } catch {
    return 0;
  }
}
