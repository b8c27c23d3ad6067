import { PausableAllowance, WorkPaused } from '../../../src/core/model/pausable-allowance';
import { passPause, runPausable } from '../../../src/server/application/run-pausable';
import { createCall } from '../../../src/server/ports/call';
import { unboundedCall } from '../../support/calls';

const evaluationUnits = 100;

/** Evaluates ten conditions and pauses after each of them. */
function createWork(onEvaluation: (index: number) => void = () => undefined) {
  const allowance = new PausableAllowance(10_000, evaluationUnits);
  const work = (): string => {
    for (let index = 0; index < 10; index += 1) {
      if (allowance.recall(String(index)) !== undefined) continue;
      onEvaluation(index);
      allowance.spend('conditions', evaluationUnits);
      allowance.remember(String(index), { truth: 'TRUE', missingFields: [] });
    }
    return 'done';
  };
  return { allowance, work };
}

test('other work runs at each pause', async () => {
  const evaluated: number[] = [];
  const { allowance, work } = createWork((index) => evaluated.push(index));
  const seen: number[] = [];
  let isDone = false;
  const observe = (): void => {
    seen.push(evaluated.length);
    if (!isDone) setImmediate(observe);
  };
  setImmediate(observe);
  await expect(runPausable(work, allowance, 'tenant', unboundedCall)).resolves.toBe('done');
  isDone = true;
  expect(evaluated).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (let count = 2; count < 10; count += 1) expect(seen).toContain(count);
});

test('work whose call is canceled during a pause ends', async () => {
  const controller = new AbortController();
  let last = 0;
  const { allowance, work } = createWork((index) => {
    last = index;
    if (index === 4) controller.abort();
  });
  const call = createCall(Number.POSITIVE_INFINITY, controller.signal);
  await expect(runPausable(work, allowance, 'tenant', call)).rejects.toMatchObject({ reason: 'CANCELLED' });
  expect(last).toBe(4);
});

test('an error of the work is thrown at once', async () => {
  const { allowance } = createWork();
  const failed = runPausable(
    () => {
      throw new Error('failed');
    },
    allowance,
    'tenant',
    unboundedCall,
  );
  await expect(failed).rejects.toThrow('failed');
});

test('a part that pauses is not an error of its span', () => {
  const errors: unknown[] = [];
  const run = <Part>(part: () => Part): Part => {
    try {
      return part();
    } catch (error) {
      errors.push(error);
      throw error;
    }
  };
  const fail = (error: Error) => () =>
    passPause(run, () => {
      throw error;
    });
  expect(fail(new WorkPaused())).toThrow(WorkPaused);
  expect(errors).toEqual([]);
  expect(fail(new Error('failed'))).toThrow('failed');
  expect(errors).toHaveLength(1);
  expect(passPause(run, () => 'done')).toBe('done');
});
