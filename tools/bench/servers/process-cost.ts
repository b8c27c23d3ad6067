import { readFileSync } from 'node:fs';

/** USER_HZ: clock ticks per second in /proc on Linux, independent of the timer frequency of the kernel. */
const ticksPerSecond = 100;

/** CPU time of a process in microseconds, user and system, all threads. Resolution 10 ms. Linux only. */
export function getCpuMicroseconds(pid: number): number {
  return readCpuMicroseconds(pid, 'stat');
}

/** CPU time of the main thread of a process, as in `getCpuMicroseconds`. Node.js compiles and collects garbage on other threads. */
export function getMainThreadMicroseconds(pid: number): number {
  return readCpuMicroseconds(pid, `task/${pid}/stat`);
}

function readCpuMicroseconds(pid: number, file: string): number {
  const stat = readProcessFile(pid, file);
  // The process name, in parentheses, may contain spaces. utime and stime are fields 14 and 15.
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (((utime ?? Number.NaN) + (stime ?? Number.NaN)) * 1_000_000) / ticksPerSecond;
}

/** Resident set size of a process in bytes. Linux only. */
export function getResidentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProcessFile(pid, 'status'))?.[1]) * 1_024;
}

function readProcessFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    throw new Error(`Cannot read the cost of process ${pid}. The benchmarks need Linux and a running process.`, {
      cause: error,
    });
  }
}
