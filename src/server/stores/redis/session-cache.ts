import type { Session } from '../../../core/model/session';

interface CacheEntry {
  readonly session: Session;
  /** The encoded size of the session. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** When a limit is exceeded, the least recently used sessions are evicted. */
export interface CacheLimits {
  readonly maxSessions: number;
  /** The limit for the sum of the encoded sizes. */
  readonly maxBytes: number;
}

/**
 * A cache of recently used sessions. Another node may have changed a cached session, which only a commit detects. The cache
 * only saves round trips and must not affect correctness.
 */
export class SessionCache {
  /** The entries in order of use, the least recently used first. */
  private readonly entries = new Map<string, CacheEntry>();
  private totalBytes = 0;

  constructor(private readonly limits: CacheLimits) {}

  /** Returns the session of a key unless it has expired at `now`, in milliseconds since 1970. */
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

  /** Stores a session. `bytes` is its encoded size. Does not store a session that is larger than `maxBytes`. */
  set(key: string, session: Session, bytes: number, expiresAt: number): void {
    this.delete(key);
    if (bytes > this.limits.maxBytes || this.limits.maxSessions === 0) return;
    this.entries.set(key, { session, bytes, expiresAt });
    this.totalBytes += bytes;
    while (this.entries.size > this.limits.maxSessions || this.totalBytes > this.limits.maxBytes) this.evictOne();
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.totalBytes -= entry.bytes;
  }

  private evictOne(): void {
    const leastRecentlyUsed = this.entries.keys().next();
    if (!leastRecentlyUsed.done) this.delete(leastRecentlyUsed.value);
  }
}
