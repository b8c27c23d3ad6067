import { statfsSync } from 'node:fs';
import { OrchestratorError } from '../../../core/model/orchestrator-error';

/** Error codes of a commit that fails for lack of disk space: ENOSPC, EDQUOT, and MDB_MAP_FULL of LMDB. */
const diskFullCodes: ReadonlySet<unknown> = new Set([28, 122, -30792]);

/** The code EIO, which LMDB also reports for a partial write. */
const ioErrorCode = 5;

/** After EIO, the disk counts as full if it has less free space than this, in bytes. */
const lowDiskSpace = 16 * 1024 * 1024;

/** The retry delay that callers get when the disk is full. An operator must free space. */
const fullDiskRetryAfterMs = 5_000;

/**
 * Converts the error of a failed write. Returns STORE_FULL if the disk is full; nothing was changed. Returns
 * COMMIT_UNKNOWN for every other failed commit. Errors that are not from a commit are returned unchanged.
 */
export async function toStoreError(error: unknown, path: string): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  const cause = await getCause(error.commitError);
  if (isDiskFull(cause, path)) {
    const details = { retryAfterMs: fullDiskRetryAfterMs, cause };
    return new OrchestratorError('STORE_FULL', 'The disk is full. Nothing was changed.', details);
  }
  return new OrchestratorError('COMMIT_UNKNOWN', 'The disk did not confirm the write.', { cause });
}

/** Returns the cause of a failed commit. lmdb provides it as a promise that rejects with the cause. */
async function getCause(commitError: unknown): Promise<unknown> {
  try {
    return await commitError;
  } catch (cause) {
    return cause;
  }
}

function isDiskFull(cause: unknown, path: string): boolean {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return false;
  return diskFullCodes.has(cause.code) || (cause.code === ioErrorCode && getFreeBytes(path) < lowDiskSpace);
}

function getFreeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
