import fc from 'fast-check';
import { EventLoopShare, unitsPerIteration } from '../../../src/server/application/event-loop-share';
import { createCall } from '../../../src/server/ports/call';
import { FakeEventLoop } from '../../support/fake-event-loop';

const unitsPerMs = 10_000;
const heavyMs = 12;

/** A share on a fake event loop, with the parts that ran, in order. */
class SharedLoop {
  readonly loop = new FakeEventLoop();
  readonly share = new EventLoopShare(this.loop);
  readonly ran: { readonly tenantId: string; readonly number: number; readonly at: number }[] = [];

  /** Makes a tenant use more than its share. */
  overload(tenantId: string): void {
    this.share.charge(tenantId, 10 * unitsPerIteration);
  }

  /** Runs one part that takes some time. */
  async run(tenantId: string, number: number, durationMs: number): Promise<void> {
    const share = this.share.waitForShare(tenantId);
    if (share !== undefined) await share;
    this.ran.push({ tenantId, number, at: this.loop.now() });
    this.loop.advance(durationMs);
    this.share.record(tenantId, durationMs * unitsPerMs);
  }
}

describe('EventLoopShare', () => {
  it('starts work of a tenant within its share at once while others wait', () => {
    const { share } = new SharedLoop();
    share.startCall('small');
    share.charge('large', 10 * unitsPerIteration);
    expect(share.waitForShare('large')).toBeDefined();
    expect(share.waitForShare('small')).toBeUndefined();
  });

  it('starts work of a tenant above its share at once if no call within its share is in flight', () => {
    const { share } = new SharedLoop();
    share.startCall('large');
    share.charge('large', 10 * unitsPerIteration);
    expect(share.waitForShare('large')).toBeUndefined();
  });

  it('runs one part of the tenants above their share, and then pauses while another call is in flight', async () => {
    const shared = new SharedLoop();
    const { loop, share, ran } = shared;
    shared.overload('large');
    share.startCall('small');
    const all = [1, 2, 3].map((number) => shared.run('large', number, heavyMs));
    await loop.runUntilWaiting();
    expect(ran.map(({ number }) => number)).toEqual([1]);
    await loop.runUntilIdle();
    await Promise.all(all);
    const starts = ran.map(({ at }) => at);
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBe(3 * heavyMs);
  });

  it('has recent calls for a second after the start of one', () => {
    const { loop, share } = new SharedLoop();
    expect(share.hasRecentCalls()).toBe(false);
    share.startCall('small');
    share.endCall('small');
    loop.advance(999);
    expect(share.hasRecentCalls()).toBe(true);
    loop.advance(1);
    expect(share.hasRecentCalls()).toBe(false);
  });

  it('remembers for a minute that a tenant has exceeded its share', () => {
    const { loop, share } = new SharedLoop();
    const listDelaying = (): readonly string[] => {
      share.startCall('other');
      share.endCall('other');
      return ['small', 'large', 'late'].filter((tenantId) => share.delaysOthers(tenantId));
    };
    share.charge('small', unitsPerIteration);
    share.charge('large', unitsPerIteration + 1);
    loop.advance(30_000);
    share.charge('late', 10 * unitsPerIteration);
    expect(listDelaying()).toEqual(['large', 'late']);
    // Removing idle tenants does not forget it.
    for (let tenant = 0; tenant < 3_000; tenant += 1) share.charge(`tenant ${tenant}`, 0);
    loop.advance(29_999);
    expect(listDelaying()).toEqual(['large', 'late']);
    loop.advance(1);
    expect(listDelaying()).toEqual(['late']);
  });

  it('does not count a tenant as delaying others if it is the only one within a minute', () => {
    const { loop, share } = new SharedLoop();
    const call = (tenantId: string): void => {
      share.startCall(tenantId);
      share.endCall(tenantId);
    };
    call('large');
    share.charge('large', 10 * unitsPerIteration);
    call('large');
    expect(share.delaysOthers('large')).toBe(false);
    call('other');
    call('large');
    expect(share.delaysOthers('large')).toBe(true);
    loop.advance(59_999);
    share.charge('large', 10 * unitsPerIteration);
    expect(share.delaysOthers('large')).toBe(true);
    loop.advance(1);
    expect(share.delaysOthers('large')).toBe(false);
    // Tenants that have exceeded their share are not delayed by each other.
    share.charge('another large', 10 * unitsPerIteration);
    call('another large');
    expect(share.delaysOthers('large')).toBe(false);
    // A tenant is not another one than itself, also if it called before and after others.
    for (const tenantId of ['other', 'third', 'other']) call(tenantId);
    share.charge('other', 10 * unitsPerIteration);
    expect(['large', 'other', 'third'].map((tenantId) => share.delaysOthers(tenantId))).toEqual([true, true, false]);
  });

  it('reports the work of tenants', () => {
    const { share } = new SharedLoop();
    const used: string[] = [];
    share.onUse((tenantId, units) => used.push(`${tenantId} ${units}`));
    share.charge('a', 10);
    share.record('b', 20);
    expect(used).toEqual(['a 10', 'b 20']);
  });

  it('ends the pause when the last call within its share ends', async () => {
    const shared = new SharedLoop();
    const { loop, share, ran } = shared;
    shared.overload('large');
    share.startCall('small');
    const all = [1, 2].map((number) => shared.run('large', number, heavyMs));
    await loop.runUntilWaiting();
    const end = loop.now();
    expect(ran).toHaveLength(1);
    share.endCall('small');
    await loop.runUntilWaiting();
    await Promise.all(all);
    expect(ran.map(({ at }) => at)).toEqual([end - heavyMs, end]);
  });

  it('lets a call that arrives while a part runs start before the next part', async () => {
    const shared = new SharedLoop();
    const { loop, share, ran } = shared;
    shared.overload('large');
    share.charge('large', 1);
    const all = [1, 2].map((number) => shared.run('large', number, heavyMs));
    expect(ran).toHaveLength(1);
    // The call is read in the next iteration, and starts at its end, as in BatchGate.
    loop.runInNextIteration(() => share.startCall('small'));
    await loop.runUntilWaiting();
    expect(ran.filter(({ tenantId }) => tenantId === 'large').map(({ number }) => number)).toEqual([1]);
    share.endCall('small');
    await loop.runUntilIdle();
    await Promise.all(all);
  });

  it('limits the pause after a part during which the process was suspended', async () => {
    const shared = new SharedLoop();
    shared.overload('large');
    shared.share.startCall('small');
    const all = [shared.run('large', 1, 60_000), shared.run('large', 2, heavyMs)];
    await shared.loop.runUntilIdle();
    await Promise.all(all);
    expect((shared.ran[1]?.at ?? 0) - (shared.ran[0]?.at ?? 0)).toBeLessThanOrEqual(60_000 + 100);
  });

  it('stops waiting when the call is canceled, and runs the others', async () => {
    const shared = new SharedLoop();
    const { loop, share } = shared;
    shared.overload('large');
    share.startCall('small');
    const controller = new AbortController();
    const waiting = share.waitForShare('large', createCall(Number.POSITIVE_INFINITY, controller.signal));
    const other = shared.run('large', 2, heavyMs);
    controller.abort();
    await waiting;
    await loop.runUntilIdle();
    await other;
    expect(shared.ran.map(({ number }) => number)).toEqual([2]);
    await share.waitForShare('large', createCall(Number.POSITIVE_INFINITY, controller.signal));
  });

  it('runs everything, in order of each tenant, whatever arrives when', async () => {
    const part = fc.record({
      tenantId: fc.constantFrom('a', 'b', 'c', 'd'),
      durationMs: fc.constantFrom(0, 0.1, 1, 5, 40),
      /** Iterations of the event loop before the next part arrives. */
      gap: fc.nat({ max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 40 }), async (parts) => {
        const shared = new SharedLoop();
        const runs: Promise<void>[] = [];
        for (const [number, { tenantId, durationMs, gap }] of parts.entries()) {
          shared.share.startCall(tenantId);
          runs.push(shared.run(tenantId, number, durationMs).finally(() => shared.share.endCall(tenantId)));
          for (let iteration = 0; iteration < gap; iteration += 1) await shared.loop.runIteration();
        }
        while (shared.ran.length < parts.length) await shared.loop.runIteration();
        await Promise.all(runs);
        expect(new Set(shared.ran.map(({ number }) => number)).size).toBe(parts.length);
      }),
      { numRuns: 50 },
    );
  });

  it('gives the tenants above their share a third of the event loop, however many other calls there are', async () => {
    const shared = new SharedLoop();
    const { loop, share, ran } = shared;
    share.startCall('small'); // A call within its share is always in flight.
    for (const tenantId of ['a', 'b']) shared.overload(tenantId);
    const all: Promise<void>[] = [];
    for (let number = 0; number < 10; number += 1) {
      for (const tenantId of ['a', 'b']) all.push(shared.run(tenantId, number, heavyMs));
    }
    await loop.runUntilIdle();
    await Promise.all(all);
    expect(loop.now()).toBeLessThanOrEqual(20 * 3 * heavyMs);
    expect(ran.map(({ tenantId }) => tenantId).join('')).toMatch(/^(ab)+$/);
  });
});
