import { waitForMajority } from '../../../../src/server/stores/redis/cluster-nodes';

const createResolved = (count: number) => Array.from({ length: count }, () => Promise.resolve());
const createRejected = (count: number) => Array.from({ length: count }, () => Promise.reject(new Error('rejected')));
const createPending = (count: number) => Array.from({ length: count }, () => new Promise(() => undefined));

/** Returns the state of a promise after all settled promises have been handled. */
async function getState(promise: Promise<void>): Promise<'resolved' | 'rejected' | 'pending'> {
  const afterMicrotasks = new Promise<'pending'>((resolve) => setImmediate(() => resolve('pending')));
  return Promise.race([
    promise.then(
      () => 'resolved' as const,
      () => 'rejected' as const,
    ),
    afterMicrotasks,
  ]);
}

describe('waitForMajority', () => {
  it.each([
    [1, 1],
    [2, 2],
    [2, 3],
    [3, 4],
    [3, 5],
    [4, 6],
  ])('resolves as soon as %d of %d promises are resolved', async (count, total) => {
    expect(await getState(waitForMajority([...createResolved(count), ...createPending(total - count)]))).toBe(
      'resolved',
    );
    expect(await getState(waitForMajority([...createResolved(count - 1), ...createPending(total - count + 1)]))).toBe(
      'pending',
    );
  });

  it.each([
    [1, 1],
    [1, 2],
    [2, 3],
    [2, 4],
    [3, 5],
    [3, 6],
  ])('rejects as soon as %d of %d promises are rejected', async (count, total) => {
    expect(await getState(waitForMajority([...createRejected(count), ...createPending(total - count)]))).toBe(
      'rejected',
    );
    expect(await getState(waitForMajority([...createRejected(count - 1), ...createPending(total - count + 1)]))).toBe(
      'pending',
    );
  });

  it('rejects if exactly half of an even number of promises are resolved', async () => {
    await expect(waitForMajority([...createResolved(2), ...createRejected(2)])).rejects.toThrow('rejected');
  });
});
