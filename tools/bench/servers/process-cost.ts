import { readFileSync } from 'node:fs';

/** Linux counts in these for every program, whatever the kernel's own clock. */
const ticksPerSecond = 100;

/** CPU time that a process has used in all its threads, user and system, microseconds; in steps of 10 ms. Linux only. */
export function cpuMicroseconds(pid: number): number {
  const stat = readProcessFile(pid, 'stat');
  // The name, in parentheses, may hold blanks; utime and stime are the 14th and 15th field of all.
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (((utime ?? Number.NaN) + (stime ?? Number.NaN)) * 1_000_000) / ticksPerSecond;
}

/** Memory that a process has in use, as the system counts it (resident set), bytes. Linux only. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProcessFile(pid, 'status'))?.[1]) * 1_024;
}

function readProcessFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    throw new Error(`What process ${pid} costs cannot be read; the benchmarks need Linux and a process that runs.`, {
      cause: error,
    });
  }
}
