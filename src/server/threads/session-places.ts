import type { Place, RequestProcessor } from '../ports/call-threads';

const ignore = (): void => undefined;

/** Requests of a session in one place. */
class OccupiedPlace<Thread> {
  private requests = 0;
  private readonly listeners: (() => void)[] = [];

  constructor(
    readonly thread: Thread | undefined,
    /** Resolves when the requests in the place before have ended. */
    readonly ready: Promise<void> | undefined,
  ) {}

  enter(): void {
    this.requests += 1;
  }

  /** Returns whether no requests are left. */
  leave(): boolean {
    this.requests -= 1;
    if (this.requests > 0) return false;
    for (const listener of this.listeners) listener();
    return true;
  }

  /** Resolves when no requests are left. */
  waitUntilEmpty(): Promise<void> {
    return new Promise((resolve) => this.listeners.push(resolve));
  }
}

/**
 * Where the requests of each session are processed. Requests of a session at the same time are in the same place, which keeps their order. If a
 * thread is selected while the server processes requests of the session, the thread waits for them.
 */
export class SessionPlaces<Thread extends RequestProcessor> {
  private readonly occupied = new Map<string, OccupiedPlace<Thread>>();

  /** `select` returns the thread for a request that can be in any place; undefined for the thread of the server. */
  enter(tenantId: string | undefined, sessionId: string | undefined, select: () => Thread | undefined): Place {
    if (!sessionId) return { thread: select(), ready: undefined, leave: ignore };
    const key = `${tenantId}/${sessionId}`;
    const place = this.select(this.occupied.get(key), select);
    this.occupied.set(key, place);
    place.enter();
    return {
      thread: place.thread,
      ready: place.ready,
      leave: () => {
        if (place.leave() && this.occupied.get(key) === place) this.occupied.delete(key);
      },
    };
  }

  /** The number of sessions with requests. */
  get size(): number {
    return this.occupied.size;
  }

  private select(current: OccupiedPlace<Thread> | undefined, select: () => Thread | undefined): OccupiedPlace<Thread> {
    if (current?.thread !== undefined) return current;
    const thread = select();
    if (current === undefined) return new OccupiedPlace(thread, undefined);
    return thread === undefined ? current : new OccupiedPlace(thread, current.waitUntilEmpty());
  }
}
