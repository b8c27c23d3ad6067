import { setImmediate as nextTurn } from 'node:timers/promises';
import { BatchGate } from '../../../../src/server/grpc/middleware/batch-gate';

describe('a cohort', () => {
  const begin = async (cohort: BatchGate, name: string, told: string[]): Promise<void> => {
    await cohort.nextBatch();
    told.push(`${name} begins`);
    await Promise.resolve();
    told.push(`${name} goes on`);
  };

  it('begins what came in one turn of the event loop together, in that order, and step by step', async () => {
    const cohort = new BatchGate();
    const told: string[] = [];
    const begun = ['a', 'b', 'c'].map((name) => begin(cohort, name, told));
    expect(told).toEqual([]);
    await Promise.all(begun);
    expect(told).toEqual(['a begins', 'b begins', 'c begins', 'a goes on', 'b goes on', 'c goes on']);
  });

  it('waits for nothing that comes later', async () => {
    const cohort = new BatchGate();
    const told: string[] = [];
    const first = begin(cohort, 'a', told);
    await nextTurn();
    const second = begin(cohort, 'b', told);
    await first;
    expect(told).toEqual(['a begins', 'a goes on']);
    await second;
    expect(told).toEqual(['a begins', 'a goes on', 'b begins', 'b goes on']);
  });

  it('lets 32 begin together at most, those that came first', async () => {
    const cohort = new BatchGate();
    const told: string[] = [];
    const names = Array.from({ length: 70 }, (_, index) => String(index));
    await Promise.all(names.map((name) => begin(cohort, name, told)));
    const steps = (of: readonly string[]) =>
      ['begins', 'goes on'].flatMap((step) => of.map((name) => `${name} ${step}`));
    expect(told).toEqual([names.slice(0, 32), names.slice(32, 64), names.slice(64)].flatMap(steps));
  });
});
