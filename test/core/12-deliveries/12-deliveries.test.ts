import {
  aRelationship,
  Conversation,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { getRequest, listIgnored, listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end } from '../../support/sample-scenarios';

type Delivery = NonNullable<TurnDraft['deliveries']>[number];
const confirmKey = 's#1/confirm/1';
const askLost: Delivery = { instanceId: 's#1', contributionType: 'ASK', status: 'NOT_SAID' };
const confirmLost: Delivery = { actionKey: confirmKey, status: 'NOT_SAID' };
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };

describe.each(['CUT_OFF', 'NOT_SAID'] as const)('12: %s', (status) => {
  test('12: closes a request that no other plan put, and puts a new request', () => {
    const conversation = startConversation([asking('s', ['x'])]);
    const played = conversation.turn({ deliveries: [{ ...askLost, status }] });
    expect(played.plan).toEqual(['s ASK x']);
    expect(played.contribution('s').isReprompt).toBe(false);
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x NOT_DELIVERED', 'ASK x OPEN']);
  });

  test('12: counts no attempt', () => {
    const conversation = startConversation([asking('s', ['x'])]);
    conversation.turn({ deliveries: [{ ...askLost, status }] });
    expect(conversation.instance('s')).toMatchObject({ attempts: 0, attemptsTotal: 0 });
  });

  test('12: reverts only the last put of a request that was put before', () => {
    const conversation = startConversation([asking('s', ['x'])]);
    conversation.turn();
    expect(getRequest(conversation.instance('s'), 'ASK')).toMatchObject({ putCount: 2, attempts: 1 });
    const played = conversation.turn({ deliveries: [{ ...askLost, status }] });
    expect(played.contribution('s').isReprompt).toBe(true);
    expect(getRequest(conversation.instance('s'), 'ASK')).toMatchObject({
      status: 'OPEN',
      firstPut: { revision: 1 },
      previousPut: { revision: 1 },
      putCount: 2,
      attempts: 1,
    });
  });

  test('12: causes a CONFIRMED of this turn for it to be ignored', () => {
    const conversation = startConversation([confirming('s')]);
    const played = conversation.turn({ ...yes, deliveries: [{ ...confirmLost, status }] });
    expect(listIgnored(played)).toEqual(['s#1 CONFIRMED NOT_DELIVERED']);
    expect(played.plan).toEqual(['s CONFIRM ']);
    expect(conversation.instance('s').irreversibleDone).toEqual([]);
  });

  test('12: leaves an INFORM unfinished', () => {
    const telling: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'tell', templateIds: ['news'], to: ['end'] }, end],
    };
    const lost: Delivery = { instanceId: 's#1', contributionType: 'INFORM', status };
    const conversation = startConversation([telling]);
    expect(conversation.turn({ deliveries: [lost] }).plan).toEqual(['s INFORM news']);
    expect(conversation.turn().plan).toEqual(['s INFORM bye']);
  });

  test('12: keeps its lead-ins for the next contribution', () => {
    const hello: StepDraft = { stepId: 'hello', speak: 'WITH_NEXT', templateIds: ['hello'], to: ['ask_x'] };
    const conversation = startConversation([{ scenarioId: 's', steps: [hello, ...asking('s', ['x']).steps] }]);
    const again = conversation.turn({ deliveries: [{ ...askLost, status }] });
    expect(again.contribution('s').leadInTemplateIds).toEqual(['hello']);
    expect(conversation.turn().contribution('s').leadInTemplateIds).toEqual([]);
  });

  test('12: keeps lead-ins that an INFORM of another step carried, and those that were the whole INFORM', () => {
    const say = (text: string, to: StepDraft['to'] & object): StepDraft => ({
      stepId: text,
      speak: 'WITH_NEXT',
      templateIds: [text],
      to,
    });
    const hello: ScenarioDraft = { scenarioId: 's', steps: [say('hello', [{ to: 'end', intentLabel: 'go' }]), end] };
    const lost: Delivery = { instanceId: 's#1', contributionType: 'INFORM', status };
    const conversation = startConversation([hello]);
    expect(conversation.turn({ deliveries: [lost] }).plan).toEqual(['s INFORM hello']);
    conversation.turn({ intent: 'go' });
    expect(conversation.turn().plan).toEqual([]);

    const carrying = startConversation([{ scenarioId: 's', steps: [say('hello', ['end']), end] }]);
    const again = carrying.turn({ deliveries: [lost] });
    expect([again.plan, again.contribution('s').leadInTemplateIds]).toEqual([['s INFORM bye'], ['hello']]);
  });

  test('12: does not affect an ACTION_HINT', () => {
    const conversation = startConversation([acting('s')]);
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED' }],
      deliveries: [{ actionKey: 's#1/act/1', status }],
    });
    expect(listIgnored(played)).toEqual([]);
    expect(played.transition('s').targetStepId).toBe('wait');
  });
});

test.each<[string, TurnDraft]>([
  ['DELIVERED', { deliveries: [{ ...confirmLost, status: 'DELIVERED' }] }],
  ['no report', {}],
])('12: %s means that the contribution reached the customer', (_case, draft) => {
  const played = startConversation([confirming('s')]).turn({ ...yes, ...draft });
  expect([listIgnored(played), played.transition('s').targetStepId]).toEqual([[], 'wait']);
});

test('12: a report finds its contribution by instance and type', () => {
  const conversation = startConversation([asking('s', ['x']), asking('t', ['y'])]);
  conversation.turn({ deliveries: [{ instanceId: 't#1', contributionType: 'ASK', status: 'NOT_SAID' }] });
  expect(listRequests(conversation.instance('s'))).toEqual(['ASK x OPEN']);
  expect(listRequests(conversation.instance('t'))).toEqual(['ASK y NOT_DELIVERED', 'ASK y OPEN']);
});

test('12: a report of another type or of an earlier exchange changes nothing', () => {
  const conversation = new Conversation([confirming('s'), asking('t', ['y', 'z'])]);
  conversation.turn({ candidates: { s: 0.9, t: 0.8 } });
  conversation.turn({
    deliveries: [{ instanceId: 's#1', contributionType: 'ASK', status: 'NOT_SAID' }],
    variables: { y: 1 },
  });
  expect(listRequests(conversation.instance('s'))).toEqual([`CONFIRM ${confirmKey} OPEN`]);
  conversation.turn({ deliveries: [confirmLost], variables: { z: 1 } });
  expect(listRequests(conversation.instance('s'))).toEqual([`CONFIRM ${confirmKey} OPEN`]);
});

test('12: a CONFIRM that did not reach the customer has a new key when it is put again', () => {
  const conversation = startConversation([confirming('s')]);
  const again = conversation.turn({ deliveries: [confirmLost] });
  expect(again.contribution('s')).toMatchObject({ type: 'CONFIRM', isReprompt: false });
  expect(conversation.turn(yes).transition('s').targetStepId).toBe('wait');
});

test('12: a request that did not reach the customer does not have the focus', () => {
  const conversation = startConversation([confirming('s', { priority: 9 }), asking('t', ['y'])]);
  const played = conversation.turn({ deliveries: [confirmLost] });
  expect(played.result.context.focusInstanceId).toBe('t#1');
});

describe('12: a CHOICE', () => {
  const both = { a: 0.8, b: 0.8 };
  const lost: Delivery = { contributionType: 'CONFIRM', status: 'NOT_SAID' };
  const startChoice = (): Conversation => {
    const conversation = new Conversation([asking('a', ['x']), asking('b', ['y']), confirming('s')], {
      relationships: [aRelationship('a', 'AMBIGUOUS', 'b')],
    });
    expect(conversation.turn({ candidates: both }).plan).toEqual(['CHOICE a,b']);
    return conversation;
  };
  const getChoice = (conversation: Conversation) => conversation.session.choices[0];

  test('12: that did not reach the customer is put again as a new one', () => {
    const conversation = startChoice();
    const again = conversation.turn({ candidates: both, deliveries: [lost] });
    expect(again.plan).toEqual(['CHOICE a,b']);
    expect(again.result.plan.contributions[0]?.isReprompt).toBe(false);
    expect(getChoice(conversation)).toMatchObject({
      status: 'OPEN',
      putCount: 1,
      attempts: 0,
      firstPut: { revision: 2 },
    });
  });

  test('12: reverts only the last put of one that was put before', () => {
    const conversation = startChoice();
    conversation.turn({ candidates: both });
    expect(getChoice(conversation)).toMatchObject({ putCount: 2, attempts: 1 });
    conversation.turn({ trigger: 'TIMER', deliveries: [lost] });
    expect(getChoice(conversation)).toMatchObject({
      status: 'OPEN',
      putCount: 1,
      attempts: 1,
      lastPut: { revision: 1 },
      previousPut: undefined,
    });
  });

  test.each<[string, Delivery]>([
    ['of another type', { ...lost, contributionType: 'ASK' }],
    ['about an instance', { ...lost, instanceId: 'a#1' }],
    ['with an action_key', { ...lost, actionKey: confirmKey }],
    ['that it was delivered', { ...lost, status: 'DELIVERED' }],
  ])('12: is not affected by a report %s', (_report, delivery) => {
    const conversation = startChoice();
    conversation.turn({ candidates: both });
    const before = getChoice(conversation);
    expect(before).toMatchObject({ status: 'OPEN', putCount: 2 });
    conversation.turn({ trigger: 'TIMER', deliveries: [delivery] });
    expect(getChoice(conversation)).toEqual(before);
  });

  test('12: that is closed, or that waits until another one is closed, is not affected', () => {
    const conversation = new Conversation(
      ['a', 'b'].map((id) => ({ ...asking(id, ['x']), askBeforeStart: true })),
      {},
    );
    conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
    const listChoices = () => conversation.session.choices.map(({ scenarioIds, status }) => [...scenarioIds, status]);
    expect(listChoices()).toEqual([
      ['a', 'OPEN'],
      ['b', 'WAITING'],
    ]);
    const waiting = conversation.session.choices[1];
    conversation.turn({ trigger: 'TIMER', deliveries: [{ ...lost, instanceId: '' }] });
    expect(conversation.session.choices[1]).toEqual(waiting);
  });

  test('12: of an earlier exchange is not affected', () => {
    const conversation = startChoice();
    conversation.turn({ variables: { other: 1 }, requested: ['price'], candidates: { s: 0.9 } });
    const before = getChoice(conversation);
    conversation.turn({ trigger: 'TIMER', deliveries: [lost] });
    expect(getChoice(conversation)).toEqual(before);
  });
});

describe('12: a report', () => {
  const telling: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'hello', speak: 'WITH_NEXT', templateIds: ['hello'], to: ['tell'] },
      { stepId: 'tell', templateIds: ['news'], to: [{ to: 'end', intentLabel: 'on' }] },
      end,
    ],
  };
  const informLost: Delivery = { instanceId: 's#1', contributionType: 'INFORM', status: 'NOT_SAID' };

  test('12: about the INFORM of another instance changes nothing', () => {
    const conversation = startConversation([telling, asking('t', ['y', 'z'])]);
    conversation.turn({ deliveries: [{ ...informLost, instanceId: 't#1' }], trigger: 'TIMER' });
    expect(conversation.instance('s')).toMatchObject({ visit: { informedRevision: 1 }, leadInTemplateIds: [] });
    expect(listRequests(conversation.instance('t'))).toEqual(['ASK y OPEN']);
  });

  test('12: about another contribution of the instance leaves its INFORM finished', () => {
    const conversation = startConversation([telling]);
    conversation.turn({ deliveries: [{ ...informLost, contributionType: 'ASK' }], trigger: 'TIMER' });
    expect(conversation.instance('s')).toMatchObject({ visit: { informedRevision: 1 }, leadInTemplateIds: [] });
  });

  test('12: about an INFORM of an earlier exchange changes nothing, and its lead-ins are not repeated', () => {
    const conversation = startConversation([telling]);
    conversation.turn();
    conversation.turn({ deliveries: [informLost], trigger: 'TIMER' });
    expect(conversation.instance('s')).toMatchObject({ visit: { informedRevision: 1 }, leadInTemplateIds: [] });
  });

  test('12: about a CONFIRM finds it among the other requests of the instance', () => {
    const steps = [
      ...asking('s', ['x'])
        .steps.slice(0, 1)
        .map((step) => ({ ...step, to: ['confirm'] })),
      ...confirming('s').steps,
    ];
    const conversation = startConversation([{ scenarioId: 's', steps }]);
    conversation.turn({ variables: { x: 1 } });
    conversation.turn({
      deliveries: [{ instanceId: 's#1', contributionType: 'CONFIRM', status: 'NOT_SAID' }],
      trigger: 'TIMER',
    });
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x LEFT', 'CONFIRM s#1/confirm/2 NOT_DELIVERED']);
  });

  test.each<[string, Delivery['contributionType'], string]>([
    ['a CONFIRM', 'CONFIRM', 'NOT_DELIVERED'],
    ['an ACTION_HINT', 'ACTION_HINT', 'OPEN'],
    ['no type', undefined, 'NOT_DELIVERED'],
  ])(
    '12: with an action_key and %s concerns the CONFIRM with that key accordingly',
    (_type, contributionType, status) => {
      const conversation = startConversation([confirming('s')]);
      conversation.turn({ trigger: 'TIMER', deliveries: [{ ...confirmLost, contributionType }] });
      expect(listRequests(conversation.instance('s'))).toEqual([`CONFIRM ${confirmKey} ${status}`]);
    },
  );
});
