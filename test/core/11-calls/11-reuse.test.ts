import { Conversation, type ScenarioDraft } from '../../support/conversation';
import { address, callStep, end, givesStreet, register, startRegister } from './calling-scenarios';

const caller = register();
/** Registers with the street of an earlier run of Address. */
const reusing: ScenarioDraft = {
  ...caller,
  steps: caller.steps.map((step) =>
    step.stepId === 'call' ? callStep({ scenarioId: 'address', returns: ['street'], reuseCompleted: true }) : step,
  ),
};
const confirms = 'register CONFIRM name=Ada,street=Main 1';

describe('11: reuse_completed', () => {
  test('11: passes the call stage if the last run succeeded', () => {
    const conversation = new Conversation([reusing, address()]);
    conversation.turn({ candidates: { address: 0.9 } });
    conversation.turn(givesStreet);
    const played = conversation.turn(startRegister);
    expect(played.actions).toEqual(['register START CANDIDATE']);
    expect(played.plan).toEqual([confirms]);
  });

  test('11: uses a run that completes on the turn that starts the caller', () => {
    const conversation = new Conversation([reusing, address({ last: end })]);
    conversation.turn({ candidates: { address: 0.9 } });
    expect(conversation.turn(givesStreet).plan).toEqual(['address INFORM bye']);
    const played = conversation.turn(startRegister);
    expect(played.actions).toEqual(['address COMPLETE TERMINAL', 'register START CANDIDATE']);
    expect(played.plan).toEqual([confirms]);
  });

  test('11: uses a run that starts and completes on the turn of the call', () => {
    const conversation = new Conversation([reusing, address()]);
    const played = conversation.turn({
      candidates: { address: 0.9, register: 0.8 },
      variables: { name: 'Ada', street: 'Main 1' },
    });
    expect(played.plan).toEqual([confirms]);
  });

  test('11: calls again if the run that completes on this turn failed, although an earlier one succeeded', () => {
    const failing = address({ last: end });
    const steps = [
      {
        stepId: 'ask',
        collectsProfileFields: ['street'],
        to: [{ to: 'lost', condition: 'data.street == "?"' }, 'end'],
      },
      end,
      { stepId: 'lost', isTerminal: true, ending: 'FAILED' as const, templateIds: ['lost'] },
    ];
    const conversation = new Conversation([reusing, { ...failing, steps }]);
    conversation.turn({ candidates: { address: 0.9 } });
    conversation.turn(givesStreet);
    conversation.turn({ signals: [['START', 'address']] });
    conversation.turn({ variables: { street: '?' } });
    const played = conversation.turn(startRegister);
    expect(played.actions).toContain('address COMPLETE TERMINAL');
    expect(played.actions).toContain('address START CALLED');
  });
});

describe('11, 3.9: a correction that makes a call run again', () => {
  const find: ScenarioDraft = {
    scenarioId: 'address',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['street', 'city', 'floor'], to: ['end'] },
      { stepId: 'end', isTerminal: true },
    ],
  };
  const ordering = (returns: readonly string[]): ScenarioDraft => ({
    scenarioId: 'order',
    steps: [
      callStep({ scenarioId: 'address', returns }),
      {
        stepId: 'agree',
        isCheckpoint: true,
        confirmsFields: ['street', 'city'],
        to: [{ to: 'call', intentLabel: 'again' }, 'end'],
      },
      end,
    ],
  });
  const given = { street: 'Main 1', city: 'Bern', floor: 1 };
  const startOrder = (returns: readonly string[]): Conversation => {
    const conversation = new Conversation([ordering(returns), find]);
    conversation.turn({ candidates: { order: 0.9 }, variables: given });
    return conversation;
  };

  test('11: the values that were returned before are known to the new run', () => {
    const played = startOrder(['street', 'city', 'floor']).turn({ variables: { street: 'Main 2' } });
    expect(played.transition('order')).toMatchObject({ reason: 'CORRECTED', correctedFields: ['street'] });
    expect(played.plan).toEqual(['order CONFIRM street=Main 2,city=Bern']);
  });

  test('11: a field that was not returned is asked for again', () => {
    const conversation = startOrder(['street', 'city']);
    expect(conversation.turn({ variables: { street: 'Main 2' } }).plan).toEqual(['address ASK floor', 'order NONE']);
    expect(conversation.turn({ variables: { floor: 2 } }).plan).toEqual(['order CONFIRM street=Main 2,city=Bern']);
  });

  test('11: a value that the customer withdraws is asked for again', () => {
    const played = startOrder(['street', 'city', 'floor']).turn({ variables: { street: null } });
    expect(played.plan).toEqual(['address ASK street', 'order NONE']);
  });

  test('11: a call that runs again without a correction asks for everything', () => {
    const conversation = startOrder(['street', 'city', 'floor']);
    const again = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }], intent: 'again' });
    expect(again.plan).toEqual(['address ASK street,city,floor', 'order NONE']);
  });
});

test('11: a correction that leads to the same call joins the run that is under way', () => {
  const find: ScenarioDraft = {
    scenarioId: 'address',
    steps: [
      { stepId: 'street', collectsProfileFields: ['street'], to: ['floor'] },
      { stepId: 'floor', collectsProfileFields: ['floor'], to: ['end'] },
      { stepId: 'end', isTerminal: true },
    ],
  };
  const conversation = new Conversation([caller, find]);
  conversation.turn(startRegister);
  expect(conversation.turn(givesStreet).plan).toEqual(['address ASK floor', 'register NONE']);
  const corrected = conversation.turn({ variables: { name: 'Bob' } });
  expect(corrected.transition('register')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'call' });
  expect(corrected.actions).not.toContain('address CANCEL CALLER_LEFT');
  expect(conversation.turn({ variables: { floor: 1 } }).plan).toEqual(['register CONFIRM name=Bob,street=Main 1']);
  expect(conversation.session.endedInstances).toHaveLength(1);
});
