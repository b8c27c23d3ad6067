import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { unboundedCall } from '../../../support/calls';
import { uuid } from '../../../support/session-builder';
import { applyTurn } from '../contract/turn-driver';
import { key, openStore, sessionTtlMs, sweepAll } from './session-store-under-test';

describe('time to live while the clock is set back and forth', () => {
  const hour = 3_600_000;
  let storeUnderTest: Awaited<ReturnType<typeof openStore>>;
  const readRevision = async () => (await storeUnderTest.store.read(key, unboundedCall))?.revision;

  beforeEach(async () => {
    storeUnderTest = await openStore();
    await applyTurn(storeUnderTest.store, key, uuid(100));
  });
  afterEach(() => storeUnderTest.close());

  it('is the same if the clock is set back before a turn', async () => {
    storeUnderTest.clock.advance(-hour);
    expect(await applyTurn(storeUnderTest.store, key, uuid(101))).toEqual({ kind: 'committed' });
    storeUnderTest.pass(sessionTtlMs - 1);
    expect(await readRevision()).toBe(2);
    storeUnderTest.pass(1);
    expect(await readRevision()).toBeUndefined();
  });

  it('does not end early if the clock is set back before a turn, and corrected after it', async () => {
    storeUnderTest.clock.advance(-hour);
    expect(await applyTurn(storeUnderTest.store, key, uuid(101))).toEqual({ kind: 'committed' });
    storeUnderTest.clock.advance(hour);
    storeUnderTest.pass(sessionTtlMs - 1);
    expect(await readRevision()).toBe(2);
    storeUnderTest.pass(1);
    expect(await readRevision()).toBeUndefined();
  });

  it('does not end late if the clock is set back after a turn, and the sweep finds the session', async () => {
    storeUnderTest.clock.advance(-hour);
    storeUnderTest.pass(sessionTtlMs - 1);
    expect(await readRevision()).toBe(1);
    storeUnderTest.pass(1);
    expect(await readRevision()).toBeUndefined();
    await sweepAll(storeUnderTest.store);
    expect(await storeUnderTest.countStored()).toBe(0);
  });

  it('does not go back at a restart, so that an expired session does not return', async () => {
    storeUnderTest.pass(sessionTtlMs);
    await storeUnderTest.store.probe(unboundedCall);
    storeUnderTest.clock.advance(-hour);
    await storeUnderTest.reopen();
    expect(await readRevision()).toBeUndefined();
    expect(await applyTurn(storeUnderTest.store, key, uuid(100))).toEqual({ kind: 'committed' });
    expect(await readRevision()).toBe(1);
  });

  it('does not end early if the clock is set back at a restart, before a turn', async () => {
    storeUnderTest.clock.advance(-hour);
    await storeUnderTest.reopen();
    await applyTurn(storeUnderTest.store, key, uuid(101));
    storeUnderTest.clock.advance(hour);
    storeUnderTest.pass(sessionTtlMs - 1);
    expect(await readRevision()).toBe(2);
  });

  it('follows the clock when it is set forward, and the new time stays when it is set back', async () => {
    storeUnderTest.clock.advance(hour);
    expect(await readRevision()).toBeUndefined();
    storeUnderTest.clock.advance(-hour);
    expect(await readRevision()).toBeUndefined();
    await applyTurn(storeUnderTest.store, key, uuid(102));
    storeUnderTest.pass(sessionTtlMs - 1);
    expect(await readRevision()).toBe(1);
    storeUnderTest.pass(1);
    expect(await readRevision()).toBeUndefined();
  });

  it('5.3: leaves the order of the revisions', async () => {
    for (const [turn, jump] of [-hour, 2 * hour, -3 * hour, 5, hour].entries()) {
      storeUnderTest.clock.advance(jump > sessionTtlMs ? sessionTtlMs / 10 : jump);
      expect(await applyTurn(storeUnderTest.store, key, uuid(200 + turn))).toEqual({ kind: 'committed' });
    }
    const { turns } = await storeUnderTest.store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall);
    expect(turns.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('ends at the time to live after the last turn, by the monotonic clock, whenever the clock is set back', async () => {
    const jump = fc.oneof(fc.integer({ min: -hour, max: 0 }), fc.constant(0));
    const step = fc.record({ jump, passed: fc.integer({ min: 0, max: sessionTtlMs + 10 }), isTurn: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        await storeUnderTest.store.delete(key, unboundedCall);
        let remainingMs = 0;
        let revision = 0;
        for (const { jump, passed, isTurn } of steps) {
          storeUnderTest.clock.advance(jump);
          if (isTurn) {
            revision = remainingMs > 0 ? revision + 1 : 1;
            remainingMs = sessionTtlMs;
            await applyTurn(storeUnderTest.store, key, randomUUID());
          }
          storeUnderTest.pass(passed);
          remainingMs -= passed;
          expect(await readRevision()).toBe(remainingMs > 0 ? revision : undefined);
        }
      }),
      { numRuns: 60 },
    );
  });
});
