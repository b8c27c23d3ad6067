import type { Conversation, ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { getRequest, listOpenRequests, listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { asking, end, waiting } from '../../support/sample-scenarios';

/** Asks for fields and then confirms them at the same step. */
const askAndConfirm: StepDraft = {
  stepId: 'form',
  collectsProfileFields: ['x', 'y'],
  isCheckpoint: true,
  to: ['wait'],
};
const form: ScenarioDraft = { scenarioId: 's', steps: [askAndConfirm, waiting, end] };

describe('0.8: the ASK of a step that continues with another stage', () => {
  test('0.8: closes when the customer answers it', () => {
    const conversation = startConversation([form]);
    const played = conversation.turn({ variables: { x: 1, y: 2 } });
    expect(played.plan).toEqual(['s CONFIRM x=1,y=2']);
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x,y ANSWERED', 'CONFIRM s#1/form/1 OPEN']);
    expect(played.result.plan.openRequests).toHaveLength(1);
  });

  test('0.8: closes without an answer when the profile has its fields', () => {
    const conversation = startConversation([{ ...form, steps: [{ ...askAndConfirm, canSkip: true }, waiting, end] }]);
    const played = conversation.turn({ customer: { x: 1, y: 2 } });
    expect(played.plan).toEqual(['s CONFIRM x=1,y=2']);
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x,y ANSWERED', 'CONFIRM s#1/form/1 OPEN']);
  });
});

describe('3.3: the ASK for what a transition misses, at a step that collects a field', () => {
  const playTo = (step: Partial<StepDraft>, ...turns: readonly TurnDraft[]): Conversation => {
    const collect: StepDraft = {
      stepId: 'form',
      collectsProfileFields: ['x'],
      to: [{ to: 'wait', condition: 'data.z == 1.0' }],
      ...step,
    };
    const steps = [collect, waiting, end];
    const conversation = startConversation([{ scenarioId: 's', steps, requires: { z: 'SOFT' } }]);
    for (const turn of turns) conversation.turn(turn);
    return conversation;
  };

  test.each<[string, TurnDraft]>([
    ['the customer gives the field', { variables: { x: 1 } }],
    ['the profile has the field', { customer: { x: 1 } }],
  ])('0.8: is a new request when %s', (_how, draft) => {
    const conversation = playTo({ maxReminders: 1, remindAfterMs: 60_000 }, { trigger: 'TIMER' }, {}, draft);
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x ANSWERED', 'ASK z OPEN']);
    expect(getRequest(conversation.instance('s'), 'ASK')).toMatchObject({
      hasAnswer: false,
      putCount: 1,
      attempts: 0,
      reminders: 0,
      firstPut: { revision: 4 },
      previousPut: undefined,
    });
    expect(conversation.turn({ trigger: 'TIMER' }).contribution('s')).toMatchObject({ isReminder: true });
  });

  test('12: is put as a new request if it did not reach the customer', () => {
    const conversation = playTo({}, { variables: { x: 1 } });
    const lost = { instanceId: 's#1', contributionType: 'ASK', status: 'NOT_SAID' } as const;
    expect(conversation.turn({ deliveries: [lost] }).contribution('s').isReprompt).toBe(false);
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x ANSWERED', 'ASK z NOT_DELIVERED', 'ASK z OPEN']);
  });

  test.each<[string, Partial<StepDraft>, readonly TurnDraft[]]>([
    ['that may not be skipped', { canSkip: false }, []],
    ['that confirms', { isCheckpoint: true }, [{ outcomes: [{ kind: 'CONFIRMED' }] }]],
  ])('3.1: a step %s does not ask again for a field that the customer has given', (_kind, step, confirmed) => {
    const conversation = playTo(step, { variables: { x: 1 } }, ...confirmed);
    expect(listOpenRequests(conversation.session)).toEqual(['s#1 ASK z']);
    expect(conversation.turn().plan).toEqual(['s ASK z']);
    expect(conversation.turn({ variables: { z: 1 } }).transition('s').targetStepId).toBe('wait');
  });
});

describe('0.8: the ASK of an instance that does not walk', () => {
  const pauseForm = (): Conversation => {
    const conversation = startConversation([form, asking('t', ['x', 'y', 'z'])]);
    conversation.turn({ signals: [['PAUSE', 's']] });
    return conversation;
  };

  test('0.8: stays open while only some of its fields are given', () => {
    const conversation = pauseForm();
    conversation.turn({ variables: { x: 1 } });
    expect(conversation.instance('s')).toMatchObject({ status: 'PAUSED', waitsFor: 'ANSWER' });
    expect(getRequest(conversation.instance('s'), 'ASK')).toMatchObject({ status: 'OPEN', hasAnswer: true });
  });

  test('0.8: closes when all of its fields are settled, and the instance waits for nothing', () => {
    const conversation = pauseForm();
    conversation.turn({ variables: { x: 1 } });
    conversation.turn({ variables: { y: 2 } });
    expect(conversation.instance('s')).toMatchObject({ status: 'PAUSED', waitsFor: 'NOTHING' });
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x,y ANSWERED']);
  });
});

describe('0.8: the requests of a visit that a step with a returns transition suspends', () => {
  const withHelp = (first: StepDraft, help: Partial<StepDraft>): ScenarioDraft => ({
    scenarioId: 's',
    globals: [{ to: 'help', intentLabel: 'help' }],
    steps: [
      first,
      {
        stepId: 'help',
        reachableFromAnywhere: true,
        to: [{ returns: true, condition: 'data.back == true' }],
        ...help,
      },
      end,
    ],
  });

  test('0.8: an ASK with known values stays open, because it was not answered', () => {
    const ask: StepDraft = { stepId: 'ask', collectsProfileFields: ['x'], canSkip: false, to: ['end'] };
    const customer = { x: 1 };
    const conversation = startConversation([withHelp(ask, { templateIds: ['help'] })], { customer });
    expect(conversation.turn({ intent: 'help', customer }).plan).toEqual(['s INFORM help']);
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x OPEN']);
  });

  test.each(['topic', 'x'])('0.8: an ASK for x stays open while the other step asks for %s', (field) => {
    const ask: StepDraft = { stepId: 'ask', collectsProfileFields: ['x'], to: ['end'] };
    const conversation = startConversation([withHelp(ask, { collectsProfileFields: [field] })]);
    conversation.turn({ intent: 'help' });
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x OPEN', `ASK ${field} OPEN`]);
  });

  test('0.8: a CONFIRM stays open while the other step confirms', () => {
    const pay: StepDraft = { stepId: 'pay', isCheckpoint: true, to: ['end'] };
    const conversation = startConversation([withHelp(pay, { requiresConfirmation: true })]);
    conversation.turn({ intent: 'help' });
    expect(listRequests(conversation.instance('s'))).toEqual(['CONFIRM s#1/pay/1 OPEN', 'CONFIRM s#1/help/2 OPEN']);
  });
});
