import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { decodeError, encodeError } from '../../../src/server/threads/encoded-error';

const copy = (error: unknown): Error => decodeError(structuredClone(encodeError(error)));

describe('an error of another thread', () => {
  it('keeps the reason and the details of an OrchestratorError, and its cause', () => {
    const cause = new TypeError('no connection', { cause: new Error('reset') });
    const details = {
      metadata: { limit: 'x' },
      violations: [{ field: 'a', description: 'b' }],
      retryAfterMs: 100,
      cause,
    };
    const error = new OrchestratorError('STORE_UNAVAILABLE', 'The store is unavailable.', details);
    const copied = copy(error);
    expect(copied).toBeInstanceOf(OrchestratorError);
    expect(copied).toEqual(error);
    expect(copied).toMatchObject({ reason: 'STORE_UNAVAILABLE', ...details, stack: error.stack });
    expect((copied.cause as Error).name).toBe('TypeError');
    expect((copied.cause as Error).cause).toMatchObject({ message: 'reset' });
  });

  it('keeps an absent retry delay and cause absent', () => {
    expect(copy(new OrchestratorError('CANCELLED', 'Canceled.'))).toEqual(
      new OrchestratorError('CANCELLED', 'Canceled.'),
    );
  });

  it('keeps the name, message and stack of a defect', () => {
    const error = new RangeError('a defect');
    expect(copy(error)).toMatchObject({ name: 'RangeError', message: 'a defect', stack: error.stack });
    expect(copy('text')).toMatchObject({ name: 'Error', message: 'text' });
  });

  it('shortens an endless chain of causes', () => {
    const error = new Error('endless');
    error.cause = error;
    expect(copy(error).message).toBe('endless');
  });
});
