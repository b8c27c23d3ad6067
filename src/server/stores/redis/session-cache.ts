import type { Session } from '../../../core/model/session';

interface Entry {
  readonly session: Session;
  readonly bytes: number;
  /** Milliseconds since 1970 from which on it must not be used. */
  readonly expiresAt: number;
}

/** What the cache may hold; whichever is reached first evicts the sessions that were used longest ago. */
export interface CacheLimits {
  readonly maxSessions: number;
  /** Sum of the encoded sizes. */
  readonly maxBytes: number;
}

/**
 * Sessions that this node used last, as the store held them then. Another node may have moved them on since: only a commit
 * can tell, so nothing but the number of round trips rests on what is in here.
 */
export class SessionCache {
  /** In order of use, the longest ago first. */
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  constructor(private readonly bounds: CacheLimits) {}

  /** The session under a key, unless its time to live is over. */
  get(key: string, now: number): Session | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt <= now) {
      this.delete(key);
      return undefined;
    }
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.session;
  }

  /** Keeps a session, its encoded size and its end as they are now; one larger than all room is not kept. */
  set(key: string, session: Session, bytes: number, expiresAt: number): void {
    this.delete(key);
    if (bytes > this.bounds.maxBytes || this.bounds.maxSessions === 0) return;
    this.entries.set(key, { session, bytes, expiresAt });
    this.bytes += bytes;
    while (this.entries.size > this.bounds.maxSessions || this.bytes > this.bounds.maxBytes) this.forgetOldest();
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.bytes -= entry.bytes;
  }

  private forgetOldest(): void {
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.delete(oldest.value);
  }
}
