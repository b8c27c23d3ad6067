import type { ScenarioDraft } from '../support/conversation';
import { end } from '../support/sample-scenarios';
import { started } from '../support/started';

const asks = (scenarioId: string, priority: number, ...collectsProfileFields: readonly string[]): ScenarioDraft => ({
  scenarioId,
  priority,
  steps: [{ stepId: 'ask', collectsProfileFields, canSkip: false, to: ['end'] }, end],
});
const begin = () =>
  started([asks('high', 2, 'a'), asks('low', 1, 'a', 'b')], {}, { settings: { maxFieldsToAskPerTurn: 1 } });

describe('4.2 an ASK of which a part is shared and the rest is over', () => {
  test('4.2 deferred and shared: it says what another asks for it and what waits', () => {
    expect(begin().first.contribution('low')).toMatchObject({
      type: 'ASK',
      deferred: true,
      deferredBehindScenarioId: 'high',
      fieldsToAsk: [],
      sharedFields: ['a'],
      deferredFields: ['b'],
    });
  });

  test('4.2 deferred and shared: nobody is asked twice: the shared field counts as asked', () => {
    const { talk } = begin();
    expect(talk.turn({ variables: { a: 1 } }).contribution('low')).toMatchObject({
      fieldsToAsk: ['b'],
      sharedFields: [],
    });
    expect(talk.turn({ variables: { b: 1 } }).transition('low')).toMatchObject({
      targetStepId: 'end',
      skippedSteps: [],
    });
  });

  test('4.2 deferred and shared: nothing of it is open, so no attempt is counted', () => {
    const { talk } = begin();
    talk.turn();
    expect(talk.instance('low').visit).toMatchObject({ attempts: 0, contributedTypes: [], askedFields: ['a'] });
    expect(talk.instance('low').visit.openType).toBeUndefined();
    expect(talk.instance('high').visit.attempts).toBe(1);
  });

  test('4.2 deferred and shared: it finishes no stage, also where the rest becomes known', () => {
    const { talk } = begin();
    const turn = talk.turn({ variables: { a: 1, b: 2 } });
    expect(turn.contribution('low')).toMatchObject({ type: 'ASK', fieldsToAsk: ['b'] });
  });
});
