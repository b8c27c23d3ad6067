import { setImmediate as nextTurn } from 'node:timers/promises';
import { BatchGate } from '../../../../src/server/grpc/middleware/batch-gate';

describe('BatchGate', () => {
  const run = async (gate: BatchGate, name: string, steps: string[]): Promise<void> => {
    await gate.waitForNextBatch();
    steps.push(`${name} starts`);
    await Promise.resolve();
    steps.push(`${name} continues`);
  };

  it('starts calls of one turn of the event loop together, in order, and step by step', async () => {
    const gate = new BatchGate();
    const steps: string[] = [];
    const runs = ['a', 'b', 'c'].map((name) => run(gate, name, steps));
    expect(steps).toEqual([]);
    await Promise.all(runs);
    expect(steps).toEqual(['a starts', 'b starts', 'c starts', 'a continues', 'b continues', 'c continues']);
  });

  it('does not wait for later calls', async () => {
    const gate = new BatchGate();
    const steps: string[] = [];
    const first = run(gate, 'a', steps);
    await nextTurn();
    const second = run(gate, 'b', steps);
    await first;
    expect(steps).toEqual(['a starts', 'a continues']);
    await second;
    expect(steps).toEqual(['a starts', 'a continues', 'b starts', 'b continues']);
  });

  it('starts at most 32 calls together, the first ones first', async () => {
    const gate = new BatchGate();
    const steps: string[] = [];
    const names = Array.from({ length: 70 }, (_, index) => String(index));
    await Promise.all(names.map((name) => run(gate, name, steps)));
    const createSteps = (batch: readonly string[]) =>
      ['starts', 'continues'].flatMap((step) => batch.map((name) => `${name} ${step}`));
    expect(steps).toEqual([names.slice(0, 32), names.slice(32, 64), names.slice(64)].flatMap(createSteps));
  });
});
