import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { playTurns } from '../../support/play-turns';
import { getActionKey, getRequest, listOpenRequests, listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent, waiting } from '../../support/sample-scenarios';

const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
const failed: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] };
const stop: StepDraft['to'] = ['wait', { to: 'wait', trigger: 'ANYTIME', intentLabel: 'stop' }];
const pay = (step: Partial<StepDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    {
      stepId: 'pay',
      isCheckpoint: true,
      performsAction: true,
      isRequiredAction: true,
      confirmsFields: ['amount'],
      toolIds: ['t'],
      to: stop,
      ...step,
    },
    waiting,
    end,
  ],
});
const startPay = (step: Partial<StepDraft> = {}): Conversation =>
  startConversation([pay(step)], { variables: { amount: 5 } });

describe('0.8: a request', () => {
  test('0.8: records step, visit, kind, values, when it was put and how often', () => {
    const conversation = startPay();
    conversation.turn();
    expect(getRequest(conversation.instance('s'), 'CONFIRM')).toMatchObject({
      kind: 'CONFIRM',
      actionKey: 's#1/pay/1',
      stepId: 'pay',
      visitNumber: 1,
      values: new Map([['amount', 5]]),
      status: 'OPEN',
      firstPut: { revision: 1, at: 60_000 },
      lastPut: { revision: 2, at: 120_000 },
      putCount: 2,
      attempts: 1,
    });
  });

  test('0.8: of kind ASK records its fields, and of kind ACTION its tools', () => {
    const asks = startConversation([asking('s', ['x', 'y'])]);
    expect(getRequest(asks.instance('s'), 'ASK')).toMatchObject({ actionKey: '', fields: ['x'], tools: [] });
    const acts = startConversation([acting('s')]);
    expect(getRequest(acts.instance('s'), 'ACTION')).toMatchObject({
      actionKey: 's#1/act/1',
      fields: [],
      tools: [{ toolId: 's_tool' }],
    });
  });

  test('0.8: opens when its contribution is put, not while it is deferred', () => {
    const conversation = startConversation([confirming('a', { priority: 9 }), confirming('b')]);
    expect(listOpenRequests(conversation.session)).toEqual(['a#1 CONFIRM a#1/confirm/1']);
    conversation.turn(yes);
    expect(listOpenRequests(conversation.session)).toEqual(['b#1 CONFIRM b#1/confirm/1']);
  });

  test('0.8: stays open while its instance is quiet, and the plan lists it', () => {
    const conversation = startConversation([asking('a', ['x', 'y']), asking('b', ['z', 'more'])]);
    const { result } = conversation.turn({ variables: { x: 1 } });
    expect(result.plan.openRequests.map(({ scenarioId, request }) => `${scenarioId} ${request.fields.join()}`)).toEqual(
      ['a y', 'b z'],
    );
  });
});

describe('0.8: keys', () => {
  test('0.8: a CONFIRM and the ACTION that follows from it have the same key', () => {
    const conversation = startPay();
    const confirm = getRequest(conversation.instance('s'), 'CONFIRM').actionKey;
    expect([confirm, getActionKey(conversation.turn(yes), 's')]).toEqual(['s#1/pay/1', 's#1/pay/1']);
  });

  test('0.8: a CONFIRM that is put again for the same values keeps its key and is a reprompt', () => {
    const played = startPay().turn();
    expect(played.contribution('s')).toMatchObject({ type: 'CONFIRM', actionKey: 's#1/pay/1', isReprompt: true });
  });

  test('0.8: a CONFIRM that is put again because a value changed has a new key and is no reprompt', () => {
    const conversation = startPay();
    const second = conversation.turn({ variables: { amount: 6 } });
    expect(second.contribution('s')).toMatchObject({ actionKey: 's#1/pay/1/2', isReprompt: false });
    const third = conversation.turn({ variables: { amount: 7 } });
    expect(third.contribution('s')).toMatchObject({ actionKey: 's#1/pay/1/3', isReprompt: false });
    expect(getActionKey(conversation.turn(yes), 's')).toBe('s#1/pay/1/3');
  });

  test('0.8: a CONFIRM that shows a newly known field replaces the open CONFIRM', () => {
    const conversation = startPay({ confirmsFields: ['amount', 'memo'] });
    const second = conversation.turn({ variables: { memo: 'rent' } });
    expect(second.plan).toEqual(['s CONFIRM amount=5,memo=rent']);
    expect(second.contribution('s')).toMatchObject({ actionKey: 's#1/pay/1/2', isReprompt: false });
    expect(listRequests(conversation.instance('s'))).toEqual(['CONFIRM s#1/pay/1 VOID', 'CONFIRM s#1/pay/1/2 OPEN']);
  });

  test('0.8: a retry keeps the key and is a reprompt', () => {
    const conversation = startConversation([acting('s')]);
    const retry = conversation.turn(failed);
    expect(retry.contribution('s')).toMatchObject({ type: 'ACTION_HINT', actionKey: 's#1/act/1', isReprompt: true });
    expect(conversation.instance('s').requests).toHaveLength(1);
    expect(getRequest(conversation.instance('s'), 'ACTION')).toMatchObject({ status: 'OPEN', putCount: 2 });
  });

  test('0.8: another visit has another key', () => {
    const again = pay({ to: [{ to: 'pay', outcomes: ['DECLINED'] }, 'wait'] });
    const conversation = startConversation([again], { variables: { amount: 5 } });
    const played = conversation.turn({ outcomes: [{ kind: 'DECLINED' }] });
    expect(played.contribution('s')).toMatchObject({ actionKey: 's#1/pay/2', isReprompt: false });
  });
});

test('0.8: the requests of a visit are bounded, and no key is used again', () => {
  const conversation = startPay();
  const keys = new Set(['s#1/pay/1']);
  for (let amount = 6; amount < 60; amount += 1) {
    const played = conversation.turn({ candidates: { s: 0.9 }, variables: { amount } });
    keys.add(getActionKey(played, 's'));
  }
  expect(keys.size).toBe(55);
  expect(conversation.instance('s').requests.length).toBeLessThan(30);
});

test('0.8: actions of left visits for which nothing waits and that never get an outcome are bounded', () => {
  const note: StepDraft = {
    stepId: 'note',
    toolBindings: [{ toolId: 'note', timing: 'DURING_STEP', variableNames: [], dependsOn: [], effect: 'WRITE' }],
    to: ['more'],
  };
  const more: StepDraft = {
    stepId: 'more',
    collectsProfileFields: ['more'],
    to: [{ to: 'note', condition: 'data.more', clears: ['more'] }, 'end'],
  };
  const conversation = startConversation([{ scenarioId: 's', steps: [note, more, end] }]);
  for (let turn = 0; turn < 300; turn += 1) conversation.turn({ variables: turn % 2 === 0 ? {} : { more: true } });
  const { requests, lastVisitNumber } = conversation.instance('s');
  expect(lastVisitNumber).toBeGreaterThan(150);
  expect(requests.length).toBeLessThan(130);
});

describe('0.8: an ASK closes', () => {
  test('0.8: when its fields are settled', () => {
    const conversation = startConversation([asking('s', ['x', 'y'])]);
    conversation.turn({ variables: { x: 1 } });
    expect(listRequests(conversation.instance('s'))).toEqual([
      expect.stringMatching(/^ASK x (ANSWERED|LEFT)$/),
      'ASK y OPEN',
    ]);
  });

  test('0.8: stays open when only some of its fields are settled', () => {
    const both: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'a', collectsProfileFields: ['x', 'y'], to: ['end'] }, end],
    };
    const conversation = startConversation([both]);
    const played = conversation.turn({ variables: { x: 1 } });
    expect(played.contribution('s')).toMatchObject({ fieldsToAsk: ['y'], isReprompt: true });
    expect(listOpenRequests(conversation.session)).toHaveLength(1);
  });

  test('0.8: when its step is left', () => {
    const step = {
      stepId: 'a',
      collectsProfileFields: ['x'],
      to: [{ to: 'wait', trigger: 'ANYTIME' as const, intentLabel: 'stop' }],
    };
    const conversation = startConversation([{ scenarioId: 's', steps: [step, waiting, end] }]);
    conversation.turn({ intent: 'stop' });
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x LEFT']);
  });

  test('0.8: when it is answered, and not before, if it shows known values', () => {
    const step = { stepId: 'a', collectsProfileFields: ['x'], canSkip: false, to: ['wait'] };
    const customer = { x: 1 };
    const conversation = startConversation([{ scenarioId: 's', steps: [step, waiting, end] }], { customer });
    conversation.turn({ customer });
    expect(listRequests(conversation.instance('s'))).toEqual(['ASK x OPEN']);
    conversation.turn({ customer, variables: { x: 1 } });
    expect(conversation.instance('s').currentStepId).toBe('wait');
    expect(listOpenRequests(conversation.session)).toEqual([]);
  });
});

describe('0.8: a CONFIRM closes', () => {
  test.each<[string, TurnDraft, string]>([
    ['when it is answered', yes, 'ANSWERED'],
    ['when a value that it confirms has another value', { variables: { amount: 6 } }, 'VOID'],
    ['when a value that it confirms is null', { variables: { amount: null } }, 'VOID'],
    ['when its step is left', { intent: 'stop' }, 'LEFT'],
  ])('0.8: %s', (_case, draft, status) => {
    const conversation = startPay();
    conversation.turn(draft);
    expect(conversation.instance('s').requests[0]).toMatchObject({ kind: 'CONFIRM', status });
  });

  test.each<[string, TurnDraft]>([
    ['the same value is given again', { variables: { amount: 5 } }],
    ['another field changes', { variables: { other: 1 } }],
    ['a turn has no message', { trigger: 'TIMER' }],
  ])('0.8: not when %s', (_case, draft) => {
    const conversation = startPay();
    conversation.turn(draft);
    expect(listRequests(conversation.instance('s'))).toEqual(['CONFIRM s#1/pay/1 OPEN']);
  });

  test('0.8: stays open when a profile field is not sent on this turn', () => {
    const conversation = startConversation([pay()], { customer: { amount: 5 } });
    expect(conversation.turn().contribution('s')).toMatchObject({ actionKey: 's#1/pay/1' });
    expect(conversation.turn(yes).plan).toEqual(['s ACTION_HINT t']);
  });

  test('0.8: when a profile field that it confirms has another value', () => {
    const conversation = startConversation([pay()], { customer: { amount: 5 } });
    expect(conversation.turn({ customer: { amount: 6 } }).contribution('s')).toMatchObject({
      actionKey: 's#1/pay/1/2',
    });
  });

  test('0.8: an answered CONFIRM is void too when a value that it confirms changes', () => {
    const conversation = startPay({
      isRequiredAction: false,
      performsAction: false,
      toolIds: [],
      templateIds: ['text'],
      to: [{ to: 'wait', intentLabel: 'on' }],
    });
    conversation.turn(yes);
    expect(conversation.turn({ variables: { amount: 6 } }).plan).toEqual(['s CONFIRM amount=6']);
  });
});

describe('0.8: an ACTION closes', () => {
  test('0.8: when it is answered', () => {
    const conversation = startConversation([acting('s')]);
    conversation.turn(succeeded);
    expect(listRequests(conversation.instance('s'))).toEqual(['ACTION s#1/act/1 ANSWERED']);
  });

  test('0.8: stays open when its step is left, so that an outcome can answer it later', () => {
    const conversation = startPay();
    conversation.turn(yes);
    conversation.turn({ intent: 'stop' });
    expect(getRequest(conversation.instance('s'), 'ACTION').status).toBe('OPEN');
    conversation.turn(succeeded);
    expect(getRequest(conversation.instance('s'), 'ACTION').status).toBe('ANSWERED');
  });
});

describe('0.8: all requests of an instance close when it ends', () => {
  test('0.8: CANCEL lists the actions that are under way', () => {
    const conversation = startPay();
    conversation.turn(yes);
    const played = conversation.turn({ signals: ['CANCEL'] });
    expect(played.lifecycle('s')).toMatchObject({ action: 'CANCEL', actionsUnderWay: ['s#1/pay/1'] });
    expect(played.result.plan.openRequests).toEqual([]);
  });

  test('0.8: a READ action is not listed', () => {
    const reading: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'find', toolIds: ['t'], to: [{ to: 'wait', outcomes: ['ACTION_SUCCEEDED'] }] }, waiting, end],
    };
    const played = startConversation([reading]).turn({ signals: ['CANCEL'] });
    expect(played.lifecycle('s')).toMatchObject({ action: 'CANCEL', actionsUnderWay: [] });
  });
});

test('0.8: a global transition to a step that returns does not end the visit, but leaving that step without a return does', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    globals: [{ to: 'why', intentLabel: 'why' }],
    steps: [
      { stepId: 'name', collectsProfileFields: ['name'], to: ['end'] },
      {
        stepId: 'why',
        templateIds: ['why'],
        reachableFromAnywhere: true,
        to: [{ to: 'wait', intentLabel: 'stop' }, { returns: true }],
      },
      waiting,
      end,
    ],
  };
  const conversation = startConversation([scenario]);
  conversation.turn({ intent: 'why' });
  expect(listRequests(conversation.instance('s'))).toEqual(['ASK name OPEN']);
  conversation.turn({ intent: 'stop' });
  expect(conversation.instance('s').currentStepId).toBe('wait');
  expect(listRequests(conversation.instance('s'))).toEqual(['ASK name LEFT']);
});

test('0.8: an ACTION_HINT is repeated with its key on every turn on which the instance contributes while it waits', () => {
  const keys = playTurns(acting('s'), [{}, {}, {}]).map((played) => getActionKey(played, 's'));
  expect(keys).toEqual(['s#1/act/1', 's#1/act/1', 's#1/act/1']);
});

describe('0.8: each instance reports what it waits for', () => {
  const event: StepDraft = { stepId: 'a', to: [{ to: 'end', condition: 'data.arrived' }] };
  const timer: StepDraft = { stepId: 'a', to: [{ to: 'end', afterMs: 60_000 }] };
  const calling: StepDraft = {
    stepId: 'a',
    calls: { scenarioId: 'called', reuseCompleted: false, returns: [] },
    to: ['end'],
  };
  test.each<[string, ScenarioDraft, string]>([
    ['ANSWER to an ASK', asking('s', ['x']), 'ANSWER'],
    ['ANSWER to a CONFIRM', confirming('s'), 'ANSWER'],
    ['ACTION', acting('s'), 'ACTION'],
    ['CALL', { scenarioId: 's', steps: [calling, end] }, 'CALL'],
    ['EVENT', { scenarioId: 's', steps: [event, end] }, 'EVENT'],
    ['TIMER', { scenarioId: 's', steps: [timer, end] }, 'TIMER'],
    ['NOTHING', silent('s'), 'NOTHING'],
  ])('0.8: %s', (_case, scenario, waitsFor) => {
    const conversation = new Conversation([scenario, asking('called', ['y'])]);
    conversation.turn({ candidates: { s: 0.9 } });
    expect(conversation.instance('s').waitsFor).toBe(waitsFor);
  });
});
