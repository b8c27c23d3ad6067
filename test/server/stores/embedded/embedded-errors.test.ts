import { tmpdir } from 'node:os';
import { toStoreError } from '../../../../src/server/stores/embedded/embedded-errors';

/** Creates the error of a failed commit. lmdb provides the cause as a promise that rejects. */
function createCommitError(code: number): Error {
  return Object.assign(new Error('Commit failed'), {
    commitError: Promise.reject(Object.assign(new Error(), { code })),
  });
}

describe('the error of a failed write', () => {
  it.each([
    ['ENOSPC', 28],
    ['EDQUOT', 122],
    ['MAP_FULL', -30792],
  ])('is STORE_FULL with a retry delay for %s', async (_name, code) => {
    expect(await toStoreError(createCommitError(code), tmpdir())).toMatchObject({
      reason: 'STORE_FULL',
      retryAfterMs: expect.any(Number),
    });
  });

  it('is COMMIT_UNKNOWN for any other failed commit', async () => {
    expect(await toStoreError(createCommitError(5), tmpdir())).toMatchObject({ reason: 'COMMIT_UNKNOWN' });
  });

  it('is unchanged if it is not from a commit', async () => {
    const defect = new TypeError('not a function');
    expect(await toStoreError(defect, tmpdir())).toBe(defect);
  });
});
