import { closeSync, constants, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';

/** The content of the lock file: the process that has the lock. It is only used in messages; the kernel holds the lock itself. */
interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** When the process opened the folder, as an ISO date. */
  readonly openedAt: string;
}

/**
 * Restricts a folder to one process with a kernel lock on a file. It excludes every process on the machine, also in another
 * container, where process ids and host names mean nothing. The kernel releases it when the process ends, even by
 * SIGKILL, so that a stale lock cannot exist and no clock is involved.
 */
export class FolderLock {
  private readonly fd: number;

  /** Acquires the lock before anything else in the folder is opened. Throws if another process, or this one, uses the folder. */
  constructor(path: string) {
    const file = join(path, 'owner.lock');
    this.fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      if (!tryLockFile(this.fd, file)) throw new FolderInUseError(path, describeOwner(file));
      throwIfDatabaseIsOpen(path);
      this.recordOwner();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Releases the lock. Call it after everything in the folder is closed. */
  release(): void {
    closeSync(this.fd);
  }

  private recordOwner(): void {
    const owner: LockOwner = { pid: process.pid, host: hostname(), openedAt: new Date().toISOString() };
    try {
      ftruncateSync(this.fd);
      writeSync(this.fd, JSON.stringify(owner), 0);
    } catch {
      // The disk is full. The lock works without a description.
    }
  }
}

export class FolderInUseError extends Error {
  constructor(path: string, owner: string) {
    super(
      `The folder ${path} is in use by ${owner}. Only one process can use an embedded store. ` +
        'Stop that process, set another folder with embedded.path, or use Redis to run several nodes.',
    );
    this.name = 'FolderInUseError';
  }
}

function tryLockFile(fd: number, file: string, length?: number): boolean {
  try {
    return tryLock(fd, 0, length);
  } catch (cause) {
    const text = `The file ${file} cannot be locked. Use a file system that supports locks (fcntl) for the embedded store.`;
    throw new Error(text, { cause });
  }
}

/**
 * Releases up to 0.2 and the tools of LMDB do not know the lock file. While they have a database open, LMDB has a lock on the
 * first byte of `lock.mdb`.
 */
function throwIfDatabaseIsOpen(path: string): void {
  const file = join(path, 'lock.mdb');
  if (!existsSync(file)) return;
  const fd = openSync(file, constants.O_RDWR);
  try {
    if (!tryLockFile(fd, file, 1)) throw new FolderInUseError(path, 'an earlier release or a tool of LMDB');
  } finally {
    closeSync(fd);
  }
}

function describeOwner(file: string): string {
  try {
    const { pid, host, openedAt }: LockOwner = JSON.parse(readFileSync(file, 'utf8'));
    return `process ${pid} on host ${host} since ${openedAt}`;
  } catch {
    return 'another process';
  }
}
