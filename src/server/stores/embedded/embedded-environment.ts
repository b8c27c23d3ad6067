import { mkdirSync } from 'node:fs';
import { type Database, type DatabaseOptions, type Key, open, type RootDatabase } from 'lmdb';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { type Call, throwIfCallEnded } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import { toStoreError } from './embedded-errors';
import { FolderLock } from './folder-lock';

/** The maximum delay of a timer in milliseconds. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * An LMDB environment: a database folder that a single process uses. Synchronous reads see a consistent snapshot. Writes are
 * serialized transactions. A write becomes visible and is acknowledged only when it is on the disk, so that every reply that
 * depends on it, such as a replay or a conflict, is equally durable.
 */
export class EmbeddedEnvironment {
  private readonly root: RootDatabase<Uint8Array, string>;
  private readonly lock: FolderLock;
  private readonly probes: Database<number, string>;
  private closing: Promise<void> | undefined;

  /** Creates the folder if it is missing. Throws if another process uses the folder or it is not accessible. */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
  ) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.root = open<Uint8Array, string>({
      path,
      encoding: 'binary',
      // By default, lmdb treats a path whose last part has a dot as a file.
      noSubdir: false,
      maxDbs: 32,
      // A commit becomes visible only after it is on the disk.
      overlappingSync: false,
      // With batching, a failed commit also rejects an internal promise, which ends the process.
      eventTurnBatching: false,
    });
    this.lock = this.acquireLock();
    this.probes = this.openTable('probes', 'json');
  }

  /** Opens a table; creates it if it is missing. */
  openTable<V, K extends Key>(name: string, encoding: NonNullable<DatabaseOptions['encoding']>): Database<V, K> {
    return this.root.openDB<V, K>({ name, encoding });
  }

  /** Runs `work`, which must be synchronous, on a snapshot. Throws CANCELLED, DEADLINE or STORE_UNAVAILABLE. */
  read<T>(call: Call, work: () => T): T {
    this.throwIfClosed();
    throwIfCallEnded(call, this.clock.now());
    return work();
  }

  /**
   * Runs `work`, which must be synchronous, as one transaction. If `work` throws, the transaction is rolled back. Resolves when
   * the transaction is on the disk. Rejects as SessionStore documents: with COMMIT_UNKNOWN if the disk fails or does not
   * confirm the write before the deadline. Calls `onCommitted` when the transaction is on the disk, even after the deadline.
   */
  async write<T>(call: Call, work: () => T, onCommitted: () => void = () => undefined): Promise<T> {
    this.throwIfClosed();
    const now = this.clock.now();
    throwIfCallEnded(call, now);
    const commit = this.root.childTransaction(() => {
      // Check again, because earlier transactions may have delayed this one.
      throwIfCallEnded(call, this.clock.now());
      this.lock.assertHeld();
      return work();
    });
    commit.then(onCommitted, () => undefined);
    try {
      return await withTimeout(call.deadline - now, commit);
    } catch (error) {
      throw await toStoreError(error, this.path);
    }
  }

  /** Checks that writes reach the disk. Rejects as `write` does. */
  async probe(call: Call): Promise<void> {
    await this.write(call, () => this.probes.putSync('probe', this.clock.now()));
  }

  /** Waits for pending writes and releases the folder. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.release();
    return this.closing;
  }

  private async release(): Promise<void> {
    try {
      await this.lock.release();
    } catch (error) {
      // The next process detects the stale lock by its process id. `toStoreError` awaits the cause, so that no rejection is
      // unhandled.
      await toStoreError(error, this.path);
    }
    await this.root.close();
  }

  private acquireLock(): FolderLock {
    try {
      return new FolderLock(this.root, this.path);
    } catch (error) {
      this.closing = this.root.close();
      throw error;
    }
  }

  private throwIfClosed(): void {
    if (this.closing === undefined) return;
    throw new OrchestratorError('STORE_UNAVAILABLE', 'The embedded store is closed.');
  }
}

/**
 * Settles as the write does, or rejects with COMMIT_UNKNOWN if the disk takes longer than `milliseconds`, because the write may
 * still be applied. Always clears the timer.
 */
function withTimeout<T>(milliseconds: number, write: Promise<T>): Promise<T> {
  if (milliseconds > maxTimerMs) return write;
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new OrchestratorError('COMMIT_UNKNOWN', 'The disk did not confirm the write before the deadline.')),
      milliseconds,
    );
    write.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
