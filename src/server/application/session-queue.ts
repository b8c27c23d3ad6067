import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';

/** Those that wait for the turn at work, first come first; each begins when it is called. */
type Waiting = Set<() => void>;

/**
 * Lets the turns of one session on this node go one at a time, in the order in which they came; those of other sessions do not
 * wait. Without it N turns at once would be decided about N squared times, since each commit makes the others' state stale (5.3).
 * Correctness never rests on it: another node has a queue of its own, and the commit decides.
 */
export class SessionQueue {
  /** By session that has a turn at work. */
  private readonly sessions = new Map<string, Waiting>();

  /**
   * Runs the work when all work of the session that came before has settled. Work that comes to a session at rest begins at once.
   *
   * @throws OrchestratorError CANCELLED when the caller gives up while waiting; the work is then never begun.
   */
  async run<T>({ tenantId, sessionId }: SessionKey, call: Call, work: () => Promise<T>): Promise<T> {
    const session = `${tenantId} ${sessionId}`;
    const waiting = this.sessions.get(session);
    if (waiting === undefined) this.sessions.set(session, new Set());
    else await turnIn(waiting, call.signal);
    try {
      return await work();
    } finally {
      this.beginNext(session);
    }
  }

  /** Sessions that have a turn at work. */
  get size(): number {
    return this.sessions.size;
  }

  private beginNext(session: string): void {
    const waiting = this.sessions.get(session) ?? new Set();
    const [begin] = waiting;
    if (begin === undefined) {
      this.sessions.delete(session);
      return;
    }
    waiting.delete(begin);
    begin();
  }
}

/** Resolves when it is this one's turn; rejects, and gives up its place, when the caller gives up first. */
function turnIn(waiting: Waiting, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const begin = () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = () => {
      waiting.delete(begin);
      reject(new OrchestratorError('CANCELLED', 'The caller gave up while other turns of the session were at work.'));
    };
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.add(begin);
  });
}
