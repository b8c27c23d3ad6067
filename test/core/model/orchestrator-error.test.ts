import { OrchestratorError } from '../../../src/core/model/orchestrator-error';

describe('OrchestratorError', () => {
  test('keeps its reason, message and details', () => {
    const cause = new Error('no space');
    const violations = [{ field: 'turn.turn_id', description: 'is empty' }];
    const error = new OrchestratorError('STORE_FULL', 'The store is full.', {
      cause,
      metadata: { store: 'redis' },
      violations,
      retryAfterMs: 50,
    });
    expect(error).toMatchObject({
      name: 'OrchestratorError',
      reason: 'STORE_FULL',
      message: 'The store is full.',
      cause,
      metadata: { store: 'redis' },
      violations,
      retryAfterMs: 50,
    });
  });

  test('has empty details by default', () => {
    const error = new OrchestratorError('INTERNAL', 'A defect.');
    expect([error.metadata, error.violations, error.retryAfterMs, 'cause' in error]).toEqual([
      {},
      [],
      undefined,
      false,
    ]);
  });

  test('a copy with more metadata keeps the other details, and has the error as its cause', () => {
    const violations = [{ field: 'turn.turn_id', description: 'is empty' }];
    const details = { metadata: { store: 'redis', node: 'a' }, violations, retryAfterMs: 50 };
    const error = new OrchestratorError('STORE_FULL', 'The store is full.', details);
    expect(error.withMetadata({ node: 'b' })).toMatchObject({
      reason: 'STORE_FULL',
      message: 'The store is full.',
      metadata: { store: 'redis', node: 'b' },
      violations,
      retryAfterMs: 50,
      cause: error,
    });
    expect(new OrchestratorError('INTERNAL', 'A defect.').withMetadata({}).retryAfterMs).toBeUndefined();
  });
});
