import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';
import { OrchestratorError } from '../../../core/model/orchestrator-error';

/**
 * Identifies a process, so that another process can check later whether it is still running, even if the process id has been
 * reused. Stored as JSON, so the property names must not change. A string is "" if /proc does not provide the value.
 */
interface ProcessIdentity {
  readonly pid: number;
  /** The start time of the process, in clock ticks since boot. */
  readonly startedAt: string;
  /** The boot id of the machine. */
  readonly bootId: string;
  /** The PID namespace, which differs between containers. */
  readonly pidSpace: string;
}

interface LockOwner extends ProcessIdentity {
  /** A random id for each time that the folder is opened. */
  readonly token: string;
}

const ownerKey = 'owner';

/**
 * Restricts a folder to one process. The owner is recorded in the database, whose write lock serializes two processes that
 * start at the same time. A killed owner is detected by its process id and start time. Each write verifies the lock: if a
 * process in another container has taken over the folder, only that process can write.
 */
export class FolderLock {
  private readonly owners: Database<LockOwner, string>;
  private readonly token = randomUUID();

  /** Acquires the lock. Throws with the process id if the folder is in use. */
  constructor(
    private readonly root: RootDatabase<Uint8Array, string>,
    path: string,
  ) {
    this.owners = root.openDB<LockOwner, string>({ name: 'owner', encoding: 'json' });
    const other = root.transactionSync(() => this.acquire());
    if (other !== undefined) {
      throw new Error(
        `The folder ${path} is in use by process ${other.pid}. Only one process can use an embedded store. ` +
          'To run several nodes, use Redis.',
      );
    }
  }

  /** Throws STORE_UNAVAILABLE if another process has taken over the folder. Call it within each write transaction. */
  assertHeld(): void {
    if (this.owners.get(ownerKey)?.token === this.token) return;
    throw new OrchestratorError('STORE_UNAVAILABLE', 'Another process has taken over the folder of the store.');
  }

  async release(): Promise<void> {
    await this.root.transaction(() => {
      if (this.owners.get(ownerKey)?.token === this.token) this.owners.removeSync(ownerKey);
    });
  }

  /** Records this process as the owner, or returns the current owner if it is running. */
  private acquire(): LockOwner | undefined {
    const other = this.owners.get(ownerKey);
    if (other !== undefined && isProcessRunning(other)) return other;
    this.owners.putSync(ownerKey, { ...getProcessIdentity(), token: this.token });
    return undefined;
  }
}

function getProcessIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    startedAt: readStartTime(process.pid),
    bootId: readOrEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidSpace: readOrEmpty(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/**
 * Whether the process is known to be running. A process in another container is not visible and counts as ended, so that a killed
 * container does not block its successor.
 */
function isProcessRunning(other: ProcessIdentity): boolean {
  const self = getProcessIdentity();
  if (other.bootId !== self.bootId || other.pidSpace !== self.pidSpace) return false;
  return processExists(other.pid) && readStartTime(other.pid) === other.startedAt;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that the process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readStartTime(pid: number): string {
  return readOrEmpty(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The process name in parentheses may contain any character. The start time is the 20th field after the name.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  });
}

function readOrEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
