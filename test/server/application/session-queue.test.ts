import { SessionQueue } from '../../../src/server/application/session-queue';
import { unboundedCall } from '../../support/calls';

const session = { tenantId: 'tenant', sessionId: 'session' };
const another = { tenantId: 'tenant', sessionId: 'another' };

/** Work that begins when the queue lets it and ends when the test says so. */
class Work {
  begun = false;
  private end: (() => void) | undefined;
  private fail: ((error: Error) => void) | undefined;

  readonly run = (): Promise<void> => {
    this.begun = true;
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
  it('5.3: begins the work of a session one at a time, in the order in which it came', async () => {
    const queue = new SessionQueue();
    const order: number[] = [];
    let atWork = 0;
    let most = 0;
    const works = Array.from({ length: 8 }, (_, index) =>
      queue.run(session, unboundedCall, async () => {
        atWork += 1;
        most = Math.max(most, atWork);
        await Promise.resolve();
        order.push(index);
        atWork -= 1;
      }),
    );
    await Promise.all(works);
    expect({ order, most }).toEqual({ order: [0, 1, 2, 3, 4, 5, 6, 7], most: 1 });
  });

  it('begins work at once where the session is at rest, and while other sessions work', () => {
    const queue = new SessionQueue();
    const [first, other] = [new Work(), new Work()];
    void queue.run(session, unboundedCall, first.run);
    void queue.run(another, unboundedCall, other.run);
    expect([first.begun, other.begun]).toEqual([true, true]);
  });

  it('keeps tenants apart that have equal session ids', () => {
    const queue = new SessionQueue();
    const [first, other] = [new Work(), new Work()];
    void queue.run(session, unboundedCall, first.run);
    void queue.run({ ...session, tenantId: 'another tenant' }, unboundedCall, other.run);
    expect(other.begun).toBe(true);
  });

  it('goes on after work that failed, whose error its own caller gets', async () => {
    const queue = new SessionQueue();
    const [failing, next] = [new Work(), new Work()];
    const failed = queue.run(session, unboundedCall, failing.run);
    const done = queue.run(session, unboundedCall, next.run);
    failing.failWith(new Error('broken'));
    await expect(failed).rejects.toThrow('broken');
    expect(next.begun).toBe(true);
    next.finish();
    await done;
  });

  it('never begins work whose caller gave up while waiting, and lets the one behind it go on', async () => {
    const queue = new SessionQueue();
    const [first, given, last] = [new Work(), new Work(), new Work()];
    const caller = new AbortController();
    const begun = queue.run(session, unboundedCall, first.run);
    const givenUp = queue.run(session, { ...unboundedCall, signal: caller.signal }, given.run);
    const waiting = queue.run(session, unboundedCall, last.run);
    caller.abort();
    await expect(givenUp).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect(last.begun).toBe(false);
    first.finish();
    await begun;
    expect([given.begun, last.begun]).toEqual([false, true]);
    last.finish();
    await waiting;
  });

  it('refuses a caller who had given up before, without a place in the queue', async () => {
    const queue = new SessionQueue();
    const first = new Work();
    const begun = queue.run(session, unboundedCall, first.run);
    const late = queue.run(session, { ...unboundedCall, signal: AbortSignal.abort() }, new Work().run);
    await expect(late).rejects.toMatchObject({ reason: 'CANCELLED' });
    first.finish();
    await begun;
    expect(queue.size).toBe(0);
  });

  it('forgets a session when its last work has ended', async () => {
    const queue = new SessionQueue();
    await Promise.all([
      queue.run(session, unboundedCall, () => Promise.resolve()),
      queue.run(session, unboundedCall, () => Promise.resolve()),
      queue.run(another, unboundedCall, () => Promise.resolve()),
    ]);
    expect(queue.size).toBe(0);
  });
});
