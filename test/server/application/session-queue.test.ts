import { SessionQueue } from '../../../src/server/application/session-queue';
import { unboundedCall } from '../../support/calls';

const session = { tenantId: 'tenant', sessionId: 'session' };
const another = { tenantId: 'tenant', sessionId: 'another' };

/** Work that the queue starts and the test finishes. */
class Work {
  isStarted = false;
  private end: (() => void) | undefined;
  private fail: ((error: Error) => void) | undefined;

  readonly run = (): Promise<void> => {
    this.isStarted = true;
    return new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  };

  finish(): void {
    this.end?.();
  }

  failWith(error: Error): void {
    this.fail?.(error);
  }
}

describe('SessionQueue', () => {
  it('5.3: runs the work of a session one at a time and in order of arrival', async () => {
    const queue = new SessionQueue();
    const order: number[] = [];
    let running = 0;
    let maxRunning = 0;
    const works = Array.from({ length: 8 }, (_, index) =>
      queue.run(session, unboundedCall, async () => {
        running += 1;
        maxRunning = Math.max(maxRunning, running);
        await Promise.resolve();
        order.push(index);
        running -= 1;
      }),
    );
    await Promise.all(works);
    expect({ order, maxRunning }).toEqual({ order: [0, 1, 2, 3, 4, 5, 6, 7], maxRunning: 1 });
  });

  it('starts work immediately if no work of the same session is running', () => {
    const queue = new SessionQueue();
    const [first, other] = [new Work(), new Work()];
    void queue.run(session, unboundedCall, first.run);
    void queue.run(another, unboundedCall, other.run);
    expect([first.isStarted, other.isStarted]).toEqual([true, true]);
  });

  it('separates sessions of different tenants with the same id', () => {
    const queue = new SessionQueue();
    const [first, other] = [new Work(), new Work()];
    void queue.run(session, unboundedCall, first.run);
    void queue.run({ ...session, tenantId: 'another tenant' }, unboundedCall, other.run);
    expect(other.isStarted).toBe(true);
  });

  it('continues after failed work and rejects only the call of that work', async () => {
    const queue = new SessionQueue();
    const [failing, next] = [new Work(), new Work()];
    const failed = queue.run(session, unboundedCall, failing.run);
    const done = queue.run(session, unboundedCall, next.run);
    failing.failWith(new Error('broken'));
    await expect(failed).rejects.toThrow('broken');
    expect(next.isStarted).toBe(true);
    next.finish();
    await done;
  });

  it('does not start work whose call is canceled while it is queued, and starts the next one', async () => {
    const queue = new SessionQueue();
    const [first, canceled, last] = [new Work(), new Work(), new Work()];
    const abort = new AbortController();
    const firstCall = queue.run(session, unboundedCall, first.run);
    const canceledCall = queue.run(session, { ...unboundedCall, signal: abort.signal }, canceled.run);
    const lastCall = queue.run(session, unboundedCall, last.run);
    abort.abort();
    await expect(canceledCall).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect(last.isStarted).toBe(false);
    first.finish();
    await firstCall;
    expect([canceled.isStarted, last.isStarted]).toEqual([false, true]);
    last.finish();
    await lastCall;
  });

  it('does not enqueue work of a canceled call', async () => {
    const queue = new SessionQueue();
    const first = new Work();
    const firstCall = queue.run(session, unboundedCall, first.run);
    const canceledCall = queue.run(session, { ...unboundedCall, signal: AbortSignal.abort() }, new Work().run);
    await expect(canceledCall).rejects.toMatchObject({ reason: 'CANCELLED' });
    first.finish();
    await firstCall;
    expect(queue.size).toBe(0);
  });

  it('removes a session when its last work has finished', async () => {
    const queue = new SessionQueue();
    await Promise.all([
      queue.run(session, unboundedCall, () => Promise.resolve()),
      queue.run(session, unboundedCall, () => Promise.resolve()),
      queue.run(another, unboundedCall, () => Promise.resolve()),
    ]);
    expect(queue.size).toBe(0);
  });
});
