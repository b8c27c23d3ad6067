import { randomBytes } from 'node:crypto';
import { statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { open, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { OrchestratorError } from '../../../core/model/orchestrator-error';

const mebibyte = 1024 * 1024;

/** The disk counts as full if it has less free space than this, in bytes. */
export const minFreeBytes = 16 * mebibyte;

/** The size of the reserve in bytes. A transaction that deletes needs at most a few pages, until it has freed pages for the next. */
const reserveBytes = 4 * mebibyte;

/** The retry delay that callers get when the disk is full. An operator must free space. */
const fullDiskRetryAfterMs = 5_000;

/**
 * Watches the free space of the disk, and keeps a reserve: a file whose space is released when a delete needs it. LMDB copies the
 * pages that it changes, so without space it cannot even delete.
 */
export class DiskSpace {
  private readonly reserve: string;
  private isFull: boolean;
  /** Why the reserve could not be created, or what failed for lack of space. */
  private cause: unknown;
  private pendingClaim: Promise<boolean> | undefined;

  constructor(private readonly path: string) {
    this.reserve = join(path, 'reserve');
    this.isFull = !this.hasReserve() && !this.createReserve();
  }

  /** Throws STORE_FULL if the disk is full. */
  throwIfFull(): void {
    if (this.isFull) throw createStoreFullError(this.cause);
  }

  /** Records that a write failed for lack of space. The disk counts as full until `check` finds enough. */
  reportFull(cause: unknown): void {
    this.isFull = true;
    this.cause = cause;
  }

  /** Checks whether the disk is full. A disk that was full must have room for the reserve and the minimum again. */
  async check(): Promise<void> {
    if ((await readFreeBytes(this.path)) < minFreeBytes) this.isFull = true;
    else if (this.isFull) {
      this.pendingClaim ??= this.claim().finally(() => {
        this.pendingClaim = undefined;
      });
      this.isFull = !(await this.pendingClaim);
    }
  }

  /** Frees the space of the reserve. Returns false if it was already free. `check` restores the reserve. */
  releaseReserve(): boolean {
    if (!this.hasReserve()) return false;
    this.isFull = true;
    truncateSync(this.reserve);
    return true;
  }

  private hasReserve(): boolean {
    return (statSync(this.reserve, { throwIfNoEntry: false })?.size ?? 0) >= reserveBytes;
  }

  /** Writes random bytes, because a file system that compresses would not reserve space for others. Returns whether it succeeded. */
  private createReserve(): boolean {
    if (getFreeBytes(this.path) < minFreeBytes) return false;
    try {
      writeFileSync(this.reserve, randomBytes(reserveBytes), { mode: 0o600 });
      return true;
    } catch (error) {
      this.cause = error;
      return false;
    }
  }

  /** Creates the reserve again by writing it together with the minimum, because a quota is not part of the free space. */
  private async claim(): Promise<boolean> {
    const file = `${this.reserve}.new`;
    try {
      const handle = await open(file, 'w', 0o600);
      try {
        const chunk = randomBytes(mebibyte);
        for (let bytes = 0; bytes < reserveBytes + minFreeBytes; bytes += mebibyte) await handle.writeFile(chunk);
        await handle.truncate(reserveBytes);
      } finally {
        await handle.close();
      }
      await rename(file, this.reserve);
      return true;
    } catch (error) {
      this.cause = error;
      await rm(file, { force: true });
      return false;
    }
  }
}

export function createStoreFullError(cause: unknown): OrchestratorError {
  const text = `The disk of the embedded store is full. Nothing was changed. Free at least ${(minFreeBytes + reserveBytes) / mebibyte} MiB.`;
  return new OrchestratorError('STORE_FULL', text, { retryAfterMs: fullDiskRetryAfterMs, cause });
}

/** Returns the free bytes of the disk; Infinity if they are unknown. */
export function getFreeBytes(path: string): number {
  try {
    return toFreeBytes(statfsSync(path));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

async function readFreeBytes(path: string): Promise<number> {
  try {
    return toFreeBytes(await statfs(path));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function toFreeBytes({ bavail, bsize }: { readonly bavail: number; readonly bsize: number }): number {
  return bavail * bsize;
}
