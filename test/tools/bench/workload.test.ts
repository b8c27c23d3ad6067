import { decideTurn } from '../../../src/core/decide-turn';
import { decidedInputs } from '../../../tools/bench/workload/decided-inputs';
import { usualShape } from '../../../tools/bench/workload/session-turns';

/** The steps that the instances of a session stand at after each turn. */
function walk(stepsPerScenario: number): readonly (readonly string[])[] {
  return decidedInputs(usualShape, stepsPerScenario).map((input) =>
    decideTurn(input).session.instances.map(({ currentStepId }) => currentStepId),
  );
}

describe('the workload of the benchmarks', () => {
  it('has three scenarios active on each of nine turns, which walk as long as they are asked', () => {
    expect(walk(8)).toEqual([
      ['reference', 'reference', 'reference'],
      ['circumstances', 'circumstances', 'circumstances'],
      ['circumstances', 'circumstances', 'circumstances'],
      ['amount', 'amount', 'amount'],
      ['note', 'note', 'note'],
      ['confirmation', 'confirmation', 'confirmation'],
      ['booking', 'confirmation', 'confirmation'],
      ['receipt', 'booking', 'confirmation'],
      ['receipt', 'receipt', 'confirmation'],
    ]);
  });

  it('walks the same way through scenarios of a thousand steps', () => {
    expect(walk(1_000)).toEqual(walk(8));
  });

  it.each([1, 5, 20])('keeps %i scenarios active', (activeScenarios) => {
    for (const input of decidedInputs({ ...usualShape, activeScenarios }, 8)) {
      const { session, result } = decideTurn(input);
      expect(session.instances).toHaveLength(activeScenarios);
      expect(result.ignoredOutcomes).toEqual([]);
    }
  });
});
