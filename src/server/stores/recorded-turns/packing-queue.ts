import { AsyncResource } from 'node:async_hooks';
import { type Call, createCall } from '../../ports/call';
import type { Clock } from '../../ports/clock';

export interface PackingQueueOptions<Session> {
  /** Packs turns of a session. Resolves to whether there may be more to pack. */
  readonly pack: (session: Session, call: Call) => Promise<boolean>;
  readonly clock: Clock;
  /** Called with the error of a failed attempt. A later commit of the session adds it again. */
  readonly onError: (error: unknown) => void;
}

/** Sessions beyond this number are not added. The next commit that concerns them adds them again. */
const maxWaiting = 10_000;
/** Timeout of one block in milliseconds. */
const packTimeoutMs = 10_000;

/**
 * The sessions whose turns a node packs in the background, one block at a time, so that turns do not wait. What is lost with the process or
 * after an error is done after a later commit of the session.
 */
export class PackingQueue<Session> {
  private readonly waiting = new Map<string, Session>();
  private readonly aborted = new AbortController();
  /** Keeps the work out of the traces of the turns that added the sessions. */
  private readonly context = new AsyncResource('PackingQueue');
  private running: Promise<void> | undefined;

  constructor(private readonly options: PackingQueueOptions<Session>) {}

  /** Adds a session, unless it waits already. */
  add(id: string, session: Session): void {
    if (this.aborted.signal.aborted || this.waiting.size >= maxWaiting) return;
    this.waiting.set(id, session);
    this.start();
  }

  /** Resolves when nothing is left to do. */
  async waitUntilIdle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  /** Drops what waits, and waits for the block that is being packed. Idempotent. */
  async close(): Promise<void> {
    this.aborted.abort();
    this.waiting.clear();
    await this.waitUntilIdle();
  }

  private start(): void {
    this.running ??= this.context.runInAsyncScope(async () => {
      await this.run();
      this.running = undefined;
      if (this.waiting.size > 0) this.start();
    });
  }

  private async run(): Promise<void> {
    // Lets the commit that added the session answer its caller first.
    await new Promise((resolve) => setImmediate(resolve));
    for (const [id, session] of this.waiting) {
      this.waiting.delete(id);
      const hasMore = await this.pack(session);
      if (hasMore && !this.aborted.signal.aborted) this.waiting.set(id, session);
    }
  }

  private async pack(session: Session): Promise<boolean> {
    const { pack, clock, onError } = this.options;
    try {
      return await pack(session, createCall(clock.now() + packTimeoutMs, this.aborted.signal));
    } catch (error) {
      if (!this.aborted.signal.aborted) onError(error);
      return false;
    }
  }
}
