import type { Database } from 'lmdb';
import type { EmbeddedEnvironment } from './embedded-environment';

/** How often each catalogue was changed. Methods that write are called within a change. */
export class RevisionTable {
  private readonly revisions: Database<number, string>;

  constructor(environment: EmbeddedEnvironment) {
    this.revisions = environment.openTable('catalogue-revisions', 'json');
  }

  /** 0 for a catalogue that never held anything. */
  get(agent: string): number {
    return this.revisions.get(agent) ?? 0;
  }

  /** Counts a change. */
  increment(agent: string): void {
    this.revisions.putSync(agent, this.get(agent) + 1);
  }
}
