import { Conversation, type PlayedTurn, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

const getAddressed = ({ result }: PlayedTurn): readonly string[] => result.context.addressedInstanceIds;
/** Names a scenario that does not exist, so that a changed value alone addresses no instance. */
const named: TurnDraft = { candidates: { unknown: 0.9 } };

describe('0.5: a field of the open ASK addresses its instance', () => {
  const step = { stepId: 'a', collectsProfileFields: ['x'], optionalFields: ['y'], canSkip: false, to: ['end'] };
  const asks: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ ...step, collectsProfileFields: ['x', 'y'] }, end],
  };
  const start = (): Conversation =>
    new Conversation([asks, asking('t', ['z', 'w'])], { fields: [{ name: 'x', type: 'INTEGER' }] });

  test.each<[string, TurnDraft]>([
    ['becomes known', { variables: { y: 1 } }],
    ['is given again', { variables: { x: 1 } }],
    ['changes', { variables: { x: 2 } }],
    ['is cleared', { variables: { x: null } }],
    ['is rejected', { variables: { x: 'text' } }],
    ['is declined', { given: [{ name: 'y', declined: true }] }],
    ['is null, which declines it because it is optional', { variables: { y: null } }],
  ])('0.5: when it %s', (_case, draft) => {
    const conversation = start();
    conversation.turn({ patch: { x: 1 }, candidates: { s: 0.9, t: 0.8 } });
    expect(getAddressed(conversation.turn({ ...named, ...draft }))).toEqual(['s#1']);
  });

  test('0.5: declining a field that was not asked for addresses no instance', () => {
    const conversation = start();
    conversation.turn({ patch: { x: 1 }, candidates: { s: 0.9, t: 0.8 } });
    expect(getAddressed(conversation.turn({ ...named, given: [{ name: 'hobby', declined: true }] }))).toEqual([]);
  });
});

test('0.5: a value that a step awaits from outside addresses its instance', () => {
  const parcel: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'way', to: [{ to: 'end', condition: 'data.arrived == true' }] }, end],
  };
  const conversation = startConversation([parcel, asking('t', ['z', 'w'])]);
  const played = conversation.turn({ variables: { arrived: true, z: 1 } });
  expect([...getAddressed(played)].sort()).toEqual(['s#1', 't#1']);
  expect(played.transition('s').targetStepId).toBe('end');
});

test('0.5: a BACK addresses the instance that it reaches', () => {
  const conversation = startConversation([asking('s', ['x', 'y']), asking('t', ['z', 'w'])]);
  expect(getAddressed(conversation.turn({ signals: [['BACK', 't']] }))).toEqual(['t#1']);
});

test('0.5: an answered paused instance is addressed', () => {
  const conversation = startConversation([asking('s', ['x', 'y']), asking('t', ['z', 'w'])]);
  conversation.turn({
    signals: [
      ['PAUSE', 's'],
      ['CONTINUE', 't'],
    ],
  });
  expect(getAddressed(conversation.turn({ variables: { x: 1 } }))).toEqual(['s#1']);
});

test('0.5: an instance that waits for a call is addressed with what it called', () => {
  const caller: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'c', calls: { scenarioId: 't', reuseCompleted: false, returns: [] }, to: ['end'] }, end],
  };
  const conversation = new Conversation([caller, asking('t', ['z', 'w']), asking('o', ['x', 'y'])]);
  conversation.turn({ candidates: { s: 0.9, o: 0.8 } });
  expect([...getAddressed(conversation.turn({ variables: { z: 1 } }))].sort()).toEqual(['s#1', 't#1']);
});

test('0.5: an instance whose step blocks a start continues as usual', () => {
  const blocking = asking('s', ['x', 'y']);
  const steps = blocking.steps.map((step) => ({ ...step, blocksStarts: step.isTerminal !== true }));
  const conversation = new Conversation([{ ...blocking, steps }, asking('t', ['z', 'w']), asking('u', ['v'])]);
  conversation.turn({ candidates: { t: 0.9 } });
  conversation.turn({ candidates: { s: 0.9 } });
  const played = conversation.turn({ candidates: { u: 0.9 }, variables: { z: 1 } });
  expect(played.rejections).toEqual(['u START_BLOCKED']);
  expect([...played.plan].sort()).toEqual(['s ASK x', 't ASK w']);
});

describe('0.5: when_not_addressed = PAUSE', () => {
  test('0.5: acts like QUIET if 2.9 does not pause, because no addressed instance is active', () => {
    const conversation = startConversation([
      confirming('s'),
      asking('t', ['z'], { whenNotAddressed: 'PAUSE' }),
      silent('u'),
    ]);
    const played = conversation.turn({ outcomes: [{ kind: 'DECLINED', instanceId: 's#1' }] });
    expect(played.actions).toContain('t CONTINUE GOES_ON');
  });

  test.each(['TOOL_RESULTS', 'TIMER'] as const)('0.5: has no effect on a %s turn', (trigger) => {
    const conversation = startConversation([acting('s'), asking('t', ['z'], { whenNotAddressed: 'PAUSE' })]);
    const played = conversation.turn({ trigger, outcomes: [{ kind: 'ACTION_FAILED', instanceId: 's#1' }] });
    expect(played.actions).toEqual(['s CONTINUE GOES_ON', 't CONTINUE QUIET']);
  });
});

describe('0.5: on a turn without a message', () => {
  test('0.5: only the instances that it concerns walk, and the others keep their requests', () => {
    const conversation = startConversation([asking('s', ['x', 'y']), asking('t', ['z', 'w'])]);
    const played = conversation.turn({ trigger: 'TOOL_RESULTS', patch: { x: 1 } });
    expect([...played.plan].sort()).toEqual(['s ASK y', 't NONE']);
    expect(played.result.plan.openRequests.map(({ instanceId }) => instanceId)).toEqual(['s#1', 't#1']);
  });

  test('0.5: rule 2.3c is not evaluated for an instance that the turn does not concern', () => {
    const conversation = startConversation([{ scenarioId: 's', steps: [end] }]);
    expect(conversation.turn({ trigger: 'TIMER' }).actions).toEqual(['s CONTINUE QUIET']);
    expect(conversation.turn().actions).toEqual(['s COMPLETE TERMINAL']);
  });
});
