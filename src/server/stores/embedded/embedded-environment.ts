import { mkdirSync } from 'node:fs';
import { type Database, type DatabaseOptions, type Key, open, type RootDatabase } from 'lmdb';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { type Call, throwIfCallEnded } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import { withTimeout } from './call-timeout';
import { toStoreError } from './embedded-errors';
import { FolderLock } from './folder-lock';

/**
 * An LMDB environment: one folder that one process uses. Reads are of one moment as long as they do not wait in between.
 * Changes run one after the other, each whole or not at all; when one is acknowledged it is on the disk, and nobody sees it
 * before, so that an answer that rests on it (a replay, a conflict) is as durable.
 */
export class EmbeddedEnvironment {
  private readonly root: RootDatabase<Uint8Array, string>;
  private readonly owner: FolderLock;
  private readonly probes: Database<number, string>;
  private closing: Promise<void> | undefined;

  /** Makes the folder where it is missing. Throws where another process has it or it cannot be used. */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
  ) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.root = open<Uint8Array, string>({
      path,
      encoding: 'binary',
      // Left to itself lmdb takes a path with a dot in its last part for a file.
      noSubdir: false,
      maxDbs: 32,
      // A commit waits for the disk before it becomes visible, instead of the other way round.
      overlappingSync: false,
      // With it a failed commit also rejects a promise that nobody has, and ends the process.
      eventTurnBatching: false,
    });
    this.owner = this.owned();
    this.probes = this.openTable('probes', 'json');
  }

  /** A table of the environment, made where it is missing. */
  openTable<V, K extends Key>(name: string, encoding: NonNullable<DatabaseOptions['encoding']>): Database<V, K> {
    return this.root.openDB<V, K>({ name, encoding });
  }

  /** Runs `work`, which must not wait, on what is stored. Throws CANCELLED, DEADLINE or STORE_UNAVAILABLE. */
  read<T>(call: Call, work: () => T): T {
    this.refuseIfClosed();
    throwIfCallEnded(call, this.clock.now());
    return work();
  }

  /**
   * Runs `work`, which must not wait, as one transaction; what it throws undoes all of it. Resolves when it is on the disk.
   * Rejects as SessionStore documents it, with COMMIT_UNKNOWN where the disk failed or took longer than the deadline.
   * `changed` is called once it is on the disk, also when nobody waits for it any more.
   */
  async write<T>(call: Call, work: () => T, changed: () => void = () => undefined): Promise<T> {
    this.refuseIfClosed();
    const now = this.clock.now();
    throwIfCallEnded(call, now);
    const done = this.root.childTransaction(() => {
      // Again, as the changes before it took their time: still nothing is done.
      throwIfCallEnded(call, this.clock.now());
      this.owner.assertHeld();
      return work();
    });
    done.then(changed, () => undefined);
    try {
      return await withTimeout(call.deadline - now, done);
    } catch (error) {
      throw await toStoreError(error, this.path);
    }
  }

  /** Proves that changes reach the disk: makes one. */
  async probe(call: Call): Promise<void> {
    await this.write(call, () => this.probes.putSync('probe', this.clock.now()));
  }

  /** Waits for what is under way and gives the folder free. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.release();
    return this.closing;
  }

  private async release(): Promise<void> {
    try {
      await this.owner.release();
    } catch (error) {
      // The next process sees by the pid that nobody has the folder.
      await toStoreError(error, this.path);
    }
    await this.root.close();
  }

  private owned(): FolderLock {
    try {
      return new FolderLock(this.root, this.path);
    } catch (error) {
      this.closing = this.root.close();
      throw error;
    }
  }

  private refuseIfClosed(): void {
    if (this.closing === undefined) return;
    throw new OrchestratorError('STORE_UNAVAILABLE', 'The embedded store is closed.');
  }
}
