import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, type DatabaseOptions, type Key, open, type RootDatabase } from 'lmdb';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { type Call, throwIfCallEnded } from '../../ports/call';
import { DiskSpace } from './disk-space';
import { isStoreFull, toStoreError } from './embedded-errors';
import { FolderLock } from './folder-lock';
import { type StoreClocks, StoreTime } from './store-time';

/** The maximum delay of a timer in milliseconds. */
const maxTimerMs = 2 ** 31 - 1;

// The names are persistent. Earlier releases wrote the time only to check the disk.
export const timesTable = 'probes';
const timeKey = 'probe';
/** The time of the last transaction that kept the index up to date. */
const indexedKey = 'indexed';
/** Present if nothing was deleted since the last compaction. Absent in the data of a release that did not compact. */
export const erasedKey = 'erased';

/** The folder, within that of the store, in which a compaction builds the new database. A crash may leave it behind. */
export const copyFolderName = 'compaction';

/**
 * An LMDB environment: a database folder that a single process uses. Synchronous reads see a consistent snapshot. Writes are
 * serialized transactions. A write becomes visible and is acknowledged only when it is on the disk, so that every reply that
 * depends on it, such as a replay or a conflict, is equally durable.
 */
export class EmbeddedEnvironment {
  /** The time by which sessions expire. Each transaction records it, so that it does not go back when the process starts again. */
  readonly time: StoreTime;

  private readonly lock: FolderLock;
  private readonly space: DiskSpace;
  private readonly root: RootDatabase<Uint8Array, string>;
  /** Has the latest time, and whether there is something to erase. */
  private readonly times: Database<number, string>;
  private closing: Promise<void> | undefined;

  /** Creates the folder if it is missing. Throws if another process uses the folder or it is not accessible. */
  constructor(
    private readonly path: string,
    private readonly clocks: StoreClocks,
  ) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.lock = new FolderLock(path);
    try {
      rmSync(join(path, copyFolderName), { recursive: true, force: true });
      this.space = new DiskSpace(path);
      this.root = openOnFullDisk(path, this.space);
      this.times = this.openTable(timesTable, 'json');
      this.time = new StoreTime(clocks, this.times.get(timeKey) ?? 0);
    } catch (error) {
      this.lock.release();
      throw error;
    }
  }

  /** Opens a table; creates it if it is missing. */
  openTable<V, K extends Key>(name: string, encoding: NonNullable<DatabaseOptions['encoding']>): Database<V, K> {
    return this.root.openDB<V, K>({ name, encoding });
  }

  /**
   * Runs `work`, which must be synchronous, as one transaction, unless all transactions since the last time were of releases that do what
   * `work` does. Call it before any write.
   */
  initialize(work: () => void): void {
    const latest = this.times.get(timeKey);
    if (latest !== undefined && latest === this.times.get(indexedKey)) return;
    this.root.transactionSync(() => {
      work();
      this.putTime();
    });
  }

  /** Runs `work`, which must be synchronous, on a snapshot. Throws CANCELLED, DEADLINE or STORE_UNAVAILABLE. */
  read<T>(call: Call, work: () => T): T {
    this.throwIfClosed();
    throwIfCallEnded(call, this.clocks.clock.now());
    return work();
  }

  /**
   * Runs `work`, which must be synchronous, as one transaction. If `work` throws, the transaction is rolled back. Resolves when
   * the transaction is on the disk. Rejects as SessionStore documents: with COMMIT_UNKNOWN if the disk fails or does not
   * confirm the write before the deadline, with STORE_FULL if the disk is full. Calls `onCommitted` when the transaction is on
   * the disk, even after the deadline.
   */
  async write<T>(call: Call, work: () => T, onCommitted?: () => void): Promise<T> {
    this.space.throwIfFull();
    return this.commit(call, work, onCommitted);
  }

  /** Like `write`, for work that deletes. It also works on a full disk, with the space of the reserve. */
  async free<T>(call: Call, work: () => T, onCommitted?: () => void): Promise<T> {
    try {
      return await this.commit(call, work, onCommitted);
    } catch (error) {
      if (!isStoreFull(error) || !this.space.releaseReserve()) throw error;
      return this.commit(call, work, onCommitted);
    }
  }

  /** Whether the bytes of something deleted may be in the file: if anything was deleted since the last compaction, or there was none. */
  isErasable(): boolean {
    return this.times.get(erasedKey) === undefined;
  }

  /** Records that a deleted value is still in the file, until the next compaction. Call it within a transaction. */
  markErasable(): void {
    if (!this.isErasable()) this.times.removeSync(erasedKey);
  }

  /** Checks that the disk has space and that writes reach it. Rejects as `write` does. */
  async probe(call: Call): Promise<void> {
    await this.space.check();
    await this.write(call, () => undefined);
  }

  /** Waits for pending writes and releases the folder. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.root.close().finally(() => this.lock.release());
    return this.closing;
  }

  private async commit<T>(call: Call, work: () => T, onCommitted: () => void = () => undefined): Promise<T> {
    this.throwIfClosed();
    const now = this.clocks.clock.now();
    throwIfCallEnded(call, now);
    const commit = this.root.childTransaction(() => {
      // Check again, because earlier transactions may have delayed this one.
      throwIfCallEnded(call, this.clocks.clock.now());
      const result = work();
      this.putTime();
      return result;
    });
    commit.then(onCommitted, () => undefined);
    try {
      return await withTimeout(call.deadline - now, commit);
    } catch (error) {
      const storeError = await toStoreError(error, this.path);
      if (isStoreFull(storeError)) this.space.reportFull(storeError);
      throw storeError;
    }
  }

  /** Records the time. Releases without an index record it only under `timeKey`, so that the next start notices that they have written. */
  private putTime(): void {
    const now = this.time.now();
    this.times.putSync(timeKey, now);
    this.times.putSync(indexedKey, now);
  }

  private throwIfClosed(): void {
    if (this.closing === undefined) return;
    throw new OrchestratorError('STORE_UNAVAILABLE', 'The embedded store is closed.');
  }
}

/** Opens the database of a folder. Hold the lock of the folder. With `noSync`, commits do not wait until they are on the disk. */
export function openDatabase(path: string, { noSync = false } = {}): RootDatabase<Uint8Array, string> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  allocateLockFile(join(path, 'lock.mdb'));
  return open<Uint8Array, string>({
    path,
    encoding: 'binary',
    // By default, lmdb treats a path whose last part has a dot as a file.
    noSubdir: false,
    maxDbs: 32,
    noSync,
    // A commit becomes visible only after it is on the disk.
    overlappingSync: false,
    // With batching, a failed commit also rejects an internal promise, which ends the process.
    eventTurnBatching: false,
  });
}

/** Opens the database, if necessary with the space of the reserve, so that a service on a full disk starts and can delete. */
function openOnFullDisk(path: string, space: DiskSpace): RootDatabase<Uint8Array, string> {
  try {
    return openDatabase(path);
  } catch (error) {
    if (!space.releaseReserve()) throw error;
    return openDatabase(path);
  }
}

/** The size of the file in which LMDB lists its readers: 126 entries of 64 bytes, and a header. */
const lockFileBytes = 8_272;

/**
 * Allocates the lock file of LMDB completely, without a change of its content. LMDB creates it without writing and changes it
 * through a memory map: on a full disk the first access to a page would end the process with SIGBUS.
 */
function allocateLockFile(file: string): void {
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size, blocks } = fstatSync(fd);
    if (size >= lockFileBytes && blocks * 512 >= size) return;
    const content = Buffer.alloc(Math.max(lockFileBytes, size));
    readSync(fd, content, 0, size, 0);
    for (let written = 0; written < content.length; ) written += writeSync(fd, content, written, undefined, written);
  } finally {
    closeSync(fd);
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
