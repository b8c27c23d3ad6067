import { PausableAllowance, WorkPaused } from '../../../src/core/model/pausable-allowance';
import { runPausable, withPausableSpan } from '../../../src/server/application/run-pausable';
import { createCall } from '../../../src/server/ports/call';
import { noopTelemetry } from '../../../src/server/telemetry/noop-telemetry';
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

test('the span of a part that pauses ends without an error', () => {
  const errors: unknown[] = [];
  const telemetry = {
    ...noopTelemetry,
    withSpan<Result>(name: string, work: Parameters<typeof noopTelemetry.withSpan<Result>>[1]): Result {
      try {
        return noopTelemetry.withSpan(name, work);
      } catch (error) {
        errors.push(error);
        throw error;
      }
    },
  };
  const run = (error: Error) => () =>
    withPausableSpan(telemetry, 'orchestrator.context', () => {
      throw error;
    });
  expect(run(new WorkPaused())).toThrow(WorkPaused);
  expect(errors).toEqual([]);
  expect(run(new Error('failed'))).toThrow('failed');
  expect(errors).toHaveLength(1);
});
