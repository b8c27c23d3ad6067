import type { Call } from '../../ports/call';
import type { DuePage, DueQuery, DueSession, TimerHolder, TimerLease, TimerStore } from '../../ports/timer-store';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPair } from './embedded-keys';
import type { EmbeddedSessionStore } from './embedded-session-store';

/** The only process that can use the folder always holds the lease of the only partition. */
const fence = 1;

/** The timers that `EmbeddedSessionStore` writes. */
export class EmbeddedTimerStore implements TimerStore {
  readonly partitions = 1;
  readonly partitionsPerRead = 1;

  constructor(
    private readonly environment: EmbeddedEnvironment,
    private readonly sessionStore: Pick<EmbeddedSessionStore, 'due'>,
  ) {}

  async register(_holder: TimerHolder, call: Call): Promise<number> {
    return this.environment.read(call, () => 1);
  }

  async unregister(): Promise<void> {}

  async readDue(_holder: TimerHolder, queries: readonly DueQuery[], call: Call): Promise<readonly DuePage[]> {
    const now = this.environment.time.now();
    const { due } = this.sessionStore;
    return this.environment.read(call, () =>
      queries.map(({ limit }) => ({ fence, now, dueCount: due.countDue(now), entries: due.listDue(now, limit) })),
    );
  }

  async reschedule(
    _holder: TimerHolder,
    _lease: TimerLease,
    { key, at }: DueSession,
    nextAt: number | undefined,
    call: Call,
  ): Promise<void> {
    const { due } = this.sessionStore;
    const session = encodeKeyPair(key.tenantId, key.sessionId);
    await this.environment.free(call, () => {
      if (due.get(session) === at) due.set(session, key, nextAt);
    });
  }

  async release(): Promise<void> {}
}
