import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';

/** Start functions of the queued work, in order of arrival. */
type Queue = Set<() => void>;

/**
 * Runs the turns of one session on this node one at a time, in order of arrival. Sessions do not block each other. Without the
 * queue, N concurrent turns would be decided about N squared times, because every commit makes the loaded state of the others stale
 * (5.3). Correctness does not depend on the queue: other nodes have their own queues, and the commit detects conflicts.
 */
export class SessionQueue {
  /** The queued work of every session that has running work; undefined if nothing was queued. */
  private readonly queues = new Map<string, Queue | undefined>();

  /**
   * Runs the work after all earlier work of the session has settled; immediately if there is none.
   *
   * @throws OrchestratorError CANCELLED if the caller cancels while the work is queued. The work is then not started.
   */
  async run<T>({ tenantId, sessionId }: SessionKey, call: Call, work: () => Promise<T>): Promise<T> {
    const session = `${tenantId} ${sessionId}`;
    if (this.queues.has(session)) await enqueue(this.getQueue(session), call.signal);
    else this.queues.set(session, undefined);
    try {
      return await work();
    } finally {
      this.startNext(session);
    }
  }

  /** Number of sessions with running work. */
  get size(): number {
    return this.queues.size;
  }

  private getQueue(session: string): Queue {
    const queue: Queue = this.queues.get(session) ?? new Set();
    this.queues.set(session, queue);
    return queue;
  }

  private startNext(session: string): void {
    for (const start of this.queues.get(session) ?? []) {
      this.queues.get(session)?.delete(start);
      start();
      return;
    }
    this.queues.delete(session);
  }
}

/** Resolves when the work may start; removes itself from the queue and rejects if the caller cancels first. */
function enqueue(queue: Queue, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const start = () => {
      signal.removeEventListener('abort', cancel);
      resolve();
    };
    const cancel = () => {
      queue.delete(start);
      reject(
        new OrchestratorError('CANCELLED', 'The call was canceled while other turns of the session were running.'),
      );
    };
    if (signal.aborted) {
      cancel();
      return;
    }
    signal.addEventListener('abort', cancel, { once: true });
    queue.add(start);
  });
}
