/** More sessions are not remembered: the one whose last turn is the longest ago counts as idle. */
const maxSessions = 20_000;

interface Entry<Session> {
  readonly session: Session;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

/** The sessions with turns to pack in which this node committed a turn and that have not been idle since. */
export class IdleSessions<Session> {
  /** In the order of their last turns. */
  private readonly entries = new Map<string, Entry<Session>>();

  constructor(private readonly idleMs: number) {}

  /** Remembers that a session is in use. Returns the session that counts as idle now, because there are too many. */
  use(id: string, session: Session, now: number): Session | undefined {
    this.entries.delete(id);
    this.entries.set(id, { session, usedAt: now });
    if (this.entries.size <= maxSessions) return undefined;
    const [oldest] = this.entries;
    if (oldest === undefined) return undefined;
    this.entries.delete(oldest[0]);
    return oldest[1].session;
  }

  /** Removes and returns the sessions without a turn for `idleMs`. */
  takeIdle(now: number): readonly Session[] {
    const idle: Session[] = [];
    for (const [id, { session, usedAt }] of this.entries) {
      if (usedAt > now - this.idleMs) break;
      this.entries.delete(id);
      idle.push(session);
    }
    return idle;
  }
}
