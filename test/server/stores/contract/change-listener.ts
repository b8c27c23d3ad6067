import { EventEmitter, once } from 'node:events';
import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';

/** Listens to the changes of a session, and looks at it only when it was told to. */
export class ChangeListener {
  readonly stop: () => void;
  private told = 0;
  private looked = 0;
  private readonly events = new EventEmitter();

  constructor(
    private readonly store: SessionStore,
    private readonly key: SessionKey,
  ) {
    this.stop = store.onChange(key, () => {
      this.told += 1;
      this.events.emit('told');
    });
  }

  /** How often it was told. */
  get notificationCount(): number {
    return this.told;
  }

  /** Resolves when it was told after it looked last, and then sees the revision (0: no session). */
  async waitForRevision(revision: number): Promise<void> {
    for (;;) {
      while (this.told === this.looked) await once(this.events, 'told');
      this.looked = this.told;
      if (((await this.store.read(this.key, unboundedCall))?.revision ?? 0) === revision) return;
    }
  }
}
