import { randomUUID } from 'node:crypto';
import type { Database, RootDatabase } from 'lmdb';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { getProcessIdentity, isProcessRunning, type ProcessIdentity } from './process-identity';

interface Owner extends ProcessIdentity {
  /** Different for each time that the folder is opened. */
  readonly token: string;
}

const ownerKey = 'owner';

/**
 * Keeps a folder to one process. The record of who has it stands in the database itself, so the database's own lock decides
 * between two that come at once, and one left by a process that was killed is seen through by its pid and start. Each change
 * asks again: should the folder have been taken over all the same, from another container, only the newcomer writes.
 */
export class FolderLock {
  private readonly owners: Database<Owner, string>;
  private readonly token = randomUUID();

  /** Takes the folder; throws, and says which process has it, where it is in use. */
  constructor(
    private readonly root: RootDatabase<Uint8Array, string>,
    path: string,
  ) {
    this.owners = root.openDB<Owner, string>({ name: 'owner', encoding: 'json' });
    const other = root.transactionSync(() => this.take());
    if (other !== undefined) {
      throw new Error(
        `The folder ${path} is in use by process ${other.pid}. One process only may use an embedded store; ` +
          'several nodes share a Redis.',
      );
    }
  }

  /** Throws STORE_UNAVAILABLE where another process has taken the folder since. Asked within each change. */
  assertHeld(): void {
    if (this.owners.get(ownerKey)?.token === this.token) return;
    throw new OrchestratorError('STORE_UNAVAILABLE', 'Another process has taken over the folder of the store.');
  }

  /** Gives the folder free. */
  async release(): Promise<void> {
    await this.root.transaction(() => {
      if (this.owners.get(ownerKey)?.token === this.token) this.owners.removeSync(ownerKey);
    });
  }

  private take(): Owner | undefined {
    const other = this.owners.get(ownerKey);
    if (other !== undefined && isProcessRunning(other)) return other;
    this.owners.putSync(ownerKey, { ...getProcessIdentity(), token: this.token });
    return undefined;
  }
}
