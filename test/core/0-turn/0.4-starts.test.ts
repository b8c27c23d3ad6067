import { Conversation, type ScenarioDraft } from '../../support/conversation';
import { asking, end, silent } from '../../support/sample-scenarios';

describe('0.4: the data of a scenario that starts on the turn on which another one ends', () => {
  const reading = silent('reading', { entryCondition: 'has(data.x)' });
  const play = (...others: readonly ScenarioDraft[]): readonly string[] => {
    const conversation = new Conversation([asking('s', ['x', 'more']), reading, ...others]);
    conversation.turn({ candidates: { s: 0.9, other: 0.8 }, variables: { x: 1 } });
    const played = conversation.turn({ signals: [['CANCEL', 's']], candidates: { reading: 0.9 } });
    return [...played.actions.filter((action) => action.includes('START')), ...played.rejections];
  };

  test('0.4: excludes the fields that are forgotten', () => {
    expect(play()).toEqual(['reading ENTRY_CONDITION']);
  });

  test('0.4: includes the fields that a continuing instance collects', () => {
    expect(play(asking('other', ['x', 'y']))).toEqual(['reading START CANDIDATE']);
  });

  test('0.4: excludes the fields that no continuing instance collects', () => {
    expect(play(asking('other', ['y']))).toEqual(['reading ENTRY_CONDITION']);
  });
});

describe('0.4: local fields of a run that replaces a finished one', () => {
  const trip = (scenarioId: string): ScenarioDraft => ({
    scenarioId,
    localFields: ['day'],
    steps: [{ stepId: 'ask', collectsProfileFields: ['day'], to: ['end'] }, end],
  });
  const start = (): Conversation => {
    const conversation = new Conversation([trip('first'), trip('trip')]);
    conversation.turn({
      candidates: { first: 0.9, trip: 0.8 },
      given: [
        { name: 'day', value: 'Monday', scenarioId: 'first' },
        { name: 'day', value: 'Friday', scenarioId: 'trip' },
      ],
    });
    return conversation;
  };

  test('2.3: the values of the finished run do not belong to the new one', () => {
    const played = start().turn({ signals: [['START', 'trip']] });
    expect(played.actions).toContain('trip START AIMED');
    expect(played.plan).toContain('trip ASK day');
  });

  test('2.3: the values of this turn belong to the new run', () => {
    const conversation = start();
    conversation.turn({
      signals: [['START', 'trip']],
      given: [{ name: 'day', value: 'Sunday', scenarioId: 'trip' }],
    });
    expect(conversation.instance('trip')).toMatchObject({
      currentStepId: 'end',
      variables: new Map([['day', 'Sunday']]),
    });
  });
});

test('6: a local value that a scenario receives with its start is one of the changed fields', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    localFields: ['day'],
    steps: [
      { stepId: 'look', to: [{ to: 'given', condition: '"day" in changed' }, 'missing'] },
      { stepId: 'given', templateIds: ['given'], to: ['end'] },
      { stepId: 'missing', templateIds: ['missing'], to: ['end'] },
      end,
    ],
  };
  const play = (given: readonly { name: string; value: string; scenarioId: string }[]) =>
    new Conversation([scenario]).turn({ candidates: { s: 0.9 }, given }).plan;
  expect(play([{ name: 'day', value: 'Monday', scenarioId: 's' }])).toEqual(['s INFORM given']);
  expect(play([])).toEqual(['s INFORM missing']);
});
