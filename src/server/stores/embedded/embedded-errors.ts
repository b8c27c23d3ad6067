import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { createStoreFullError, getFreeBytes, minFreeBytes } from './disk-space';

/** Error codes of a commit that fails for lack of disk space: ENOSPC, EDQUOT, and MDB_MAP_FULL of LMDB. */
const diskFullCodes: ReadonlySet<unknown> = new Set([28, 122, -30792]);

/** The code EIO, which LMDB also reports for a partial write. */
const ioErrorCode = 5;

/**
 * Converts the error of a failed write. Returns STORE_FULL if the disk is full; nothing was changed. Returns
 * COMMIT_UNKNOWN for every other failed commit. Errors that are not from a commit are returned unchanged.
 */
export async function toStoreError(error: unknown, path: string): Promise<unknown> {
  // Not `instanceof Error`: lmdb may belong to another realm.
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error;
  const cause = await getCause(error.commitError);
  if (isDiskFull(cause, path)) return createStoreFullError(cause);
  return new OrchestratorError('COMMIT_UNKNOWN', 'The disk did not confirm the write.', { cause });
}

export function isStoreFull(error: unknown): boolean {
  return error instanceof OrchestratorError && error.reason === 'STORE_FULL';
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
  return diskFullCodes.has(cause.code) || (cause.code === ioErrorCode && getFreeBytes(path) < minFreeBytes);
}
