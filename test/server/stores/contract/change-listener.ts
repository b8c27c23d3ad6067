import { EventEmitter, once } from 'node:events';
import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';

/** Listens for changes of a session, and reads the session only after a notification. */
export class ChangeListener {
  readonly stop: () => void;
  private received = 0;
  private handled = 0;
  private readonly events = new EventEmitter();

  constructor(
    private readonly store: SessionStore,
    private readonly key: SessionKey,
  ) {
    this.stop = store.onChange(key, () => {
      this.received += 1;
      this.events.emit('notification');
    });
  }

  /** The number of notifications so far. */
  get notificationCount(): number {
    return this.received;
  }

  /** Resolves when the revision is read after a notification. 0 means that there is no session. */
  async waitForRevision(revision: number): Promise<void> {
    for (;;) {
      while (this.received === this.handled) await once(this.events, 'notification');
      this.handled = this.received;
      if (((await this.store.read(this.key, unboundedCall))?.revision ?? 0) === revision) return;
    }
  }
}
