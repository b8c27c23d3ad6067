import { tmpdir } from 'node:os';
import { toStoreError } from '../../../../src/server/stores/embedded/embedded-errors';

/** What LMDB rejects a commit with: the cause comes as a promise that rejects. */
function commitFailure(code: number): Error {
  return Object.assign(new Error('Commit failed'), {
    commitError: Promise.reject(Object.assign(new Error(), { code })),
  });
}

describe('a change that the disk did not take', () => {
  it.each([
    ['ENOSPC', 28],
    ['EDQUOT', 122],
    ['MAP_FULL', -30792],
  ])('for want of room (%s) is STORE_FULL, to be tried again later', async (_name, code) => {
    expect(await toStoreError(commitFailure(code), tmpdir())).toMatchObject({
      reason: 'STORE_FULL',
      retryAfterMs: expect.any(Number),
    });
  });

  it('for another reason is COMMIT_UNKNOWN', async () => {
    expect(await toStoreError(commitFailure(5), tmpdir())).toMatchObject({ reason: 'COMMIT_UNKNOWN' });
  });

  it('because of a defect comes back as it is', async () => {
    const defect = new TypeError('not a function');
    expect(await toStoreError(defect, tmpdir())).toBe(defect);
  });
});
