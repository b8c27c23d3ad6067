import { readFileSync, readlinkSync } from 'node:fs';

/** Names a running process so that another one can tell later whether it still runs, also when its pid was given anew. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the kernel's ticks since the boot; "" where /proc does not tell. */
  readonly startedAt: string;
  /** Names the boot of the machine; "" where /proc does not tell. */
  readonly bootId: string;
  /** Names the space (the container) that the pid is of; "" where /proc does not tell. */
  readonly pidSpace: string;
}

/** The process that asks. */
export function getProcessIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    startedAt: startOf(process.pid),
    bootId: told(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidSpace: told(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/**
 * Whether the process certainly still runs. A process of another container cannot be seen from here and counts as gone, so
 * that a container that was killed does not block the next one.
 */
export function isProcessRunning(other: ProcessIdentity): boolean {
  const self = getProcessIdentity();
  if (other.bootId !== self.bootId || other.pidSpace !== self.pidSpace) return false;
  return isAlive(other.pid) && startOf(other.pid) === other.startedAt;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startOf(pid: number): string {
  return told(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the start is the twentieth field behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  });
}

function told(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
