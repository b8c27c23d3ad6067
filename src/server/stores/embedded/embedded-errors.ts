import { statfsSync } from 'node:fs';
import { OrchestratorError } from '../../../core/model/orchestrator-error';

/** Codes of a commit that found no room: ENOSPC, EDQUOT and LMDB's own MAP_FULL. */
const fullCodes: ReadonlySet<unknown> = new Set([28, 122, -30792]);

/** LMDB says EIO for a write that the disk cut short; with less room than this it was a full disk. */
const cutShort = 5;
const littleRoom = 16 * 1024 * 1024;

/** How long a caller should wait when the disk is full: it takes an operator to make room. */
const retryFullDiskAfterMs = 5_000;

/**
 * The error for a change that the disk did not take: STORE_FULL where there was no room, and then nothing was changed;
 * COMMIT_UNKNOWN for anything else that LMDB reports of a commit. Whatever else was thrown comes back as it is.
 */
export async function toStoreError(error: unknown, path: string): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  const cause = await causeOf(error.commitError);
  if (isFull(cause, path)) {
    const details = { retryAfterMs: retryFullDiskAfterMs, cause };
    return new OrchestratorError('STORE_FULL', 'The disk has no room left; nothing was changed.', details);
  }
  return new OrchestratorError('COMMIT_UNKNOWN', 'The disk did not confirm the change.', { cause });
}

/** LMDB hands the cause over as a promise that rejects with it. */
async function causeOf(commitError: unknown): Promise<unknown> {
  try {
    return await commitError;
  } catch (cause) {
    return cause;
  }
}

function isFull(cause: unknown, path: string): boolean {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return false;
  return fullCodes.has(cause.code) || (cause.code === cutShort && roomAt(path) < littleRoom);
}

function roomAt(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
