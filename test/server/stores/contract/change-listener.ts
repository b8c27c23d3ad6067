import { EventEmitter, once } from 'node:events';
import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';

/** Listens for changes to a session, and reads the session only after a notification. */
export class ChangeListener {
  readonly stop: () => void;
  private receivedCount = 0;
  private handledCount = 0;
  private readonly events = new EventEmitter();

  constructor(
    private readonly store: SessionStore,
    private readonly key: SessionKey,
  ) {
    this.stop = store.onChange(key, () => {
      this.receivedCount += 1;
      this.events.emit('notification');
    });
  }

  /** The number of notifications so far. */
  get notificationCount(): number {
    return this.receivedCount;
  }

  /** Resolves when a read after a notification returns the revision; 0 means that there is no session. */
  async waitForRevision(revision: number): Promise<void> {
    for (;;) {
      while (this.receivedCount === this.handledCount) await once(this.events, 'notification');
      this.handledCount = this.receivedCount;
      if (((await this.store.read(this.key, unboundedCall))?.revision ?? 0) === revision) return;
    }
  }
}
