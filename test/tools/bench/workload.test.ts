import { decideTurn } from '../../../src/core/decide-turn';
import { defaultShape } from '../../../tools/bench/workload/session-turns';
import { buildTurnInputs } from '../../../tools/bench/workload/turn-inputs';

/** Decides the turns of a session. Returns the current steps after each turn. */
function listSteps(stepsPerScenario: number): readonly (readonly string[])[] {
  return buildTurnInputs(defaultShape, stepsPerScenario).map((input) =>
    decideTurn(input).session.instances.map(({ currentStepId }) => currentStepId),
  );
}

describe('the workload of the benchmarks', () => {
  it('advances three active scenarios in nine turns', () => {
    expect(listSteps(8)).toEqual([
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

  it('traverses the same steps in scenarios of a thousand steps', () => {
    expect(listSteps(1_000)).toEqual(listSteps(8));
  });

  it.each([1, 5, 20])('keeps %i scenarios active in every turn', (activeScenarios) => {
    for (const input of buildTurnInputs({ ...defaultShape, activeScenarios }, 8)) {
      const { session, result } = decideTurn(input);
      expect(session.instances).toHaveLength(activeScenarios);
      expect(result.ignoredOutcomes).toEqual([]);
    }
  });
});
