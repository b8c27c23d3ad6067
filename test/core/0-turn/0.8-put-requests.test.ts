import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { startScenarios } from '../../support/play-turns';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent, waiting } from '../../support/sample-scenarios';

const minute = 60_000;
const putting = (revision: number, position = 0) => ({ revision, at: revision * minute, position });
const request = {
  stepId: 'ask_x',
  visitNumber: 1,
  actionKey: '',
  fields: [],
  values: new Map(),
  tools: [],
  status: 'OPEN',
  hasAnswer: false,
  outcome: undefined,
  firstPut: putting(1),
  lastPut: putting(1),
  previousPut: undefined,
  putCount: 1,
  attempts: 0,
  reminders: 0,
};

describe('a request that is put', () => {
  test('0.8: an ASK has its fields, sorted', () => {
    const steps: readonly StepDraft[] = [{ stepId: 'ask_x', collectsProfileFields: ['y', 'x'], to: ['end'] }, end];
    const { conversation } = startScenarios([{ scenarioId: 's', steps }]);
    expect(conversation.instance('s').requests).toEqual([{ ...request, kind: 'ASK', fields: ['x', 'y'] }]);
  });

  test('0.8: an ASK contains the known values that it shows', () => {
    const steps: readonly StepDraft[] = [
      { stepId: 'ask_x', collectsProfileFields: ['x', 'y'], canSkip: false, to: ['end'] },
      end,
    ];
    const { conversation } = startScenarios([{ scenarioId: 's', steps }], { variables: { x: 1 } });
    expect(conversation.instance('s').requests).toMatchObject([{ fields: ['x', 'y'], values: new Map([['x', 1]]) }]);
  });

  test('0.8: a CONFIRM has its values and key', () => {
    const { conversation } = startScenarios([confirming('s', { confirms: ['x'] })], { variables: { x: 1, y: 2 } });
    expect(conversation.instance('s').requests).toEqual([
      { ...request, kind: 'CONFIRM', stepId: 'confirm', actionKey: 's#1/confirm/1', values: new Map([['x', 1]]) },
    ]);
  });

  test('0.8: an ACTION has its tools and the known values of fields that the scenario collects or requires', () => {
    const scenario: ScenarioDraft = { ...acting('s'), requires: { x: 'SOFT', z: 'SOFT' } };
    const steps = [...scenario.steps, { stepId: 'later', collectsProfileFields: ['y'] }];
    const { conversation } = startScenarios([{ ...scenario, steps }], { variables: { x: 1, y: 2, other: 3 } });
    expect(conversation.instance('s').requests).toEqual([
      {
        ...request,
        kind: 'ACTION',
        stepId: 'act',
        actionKey: 's#1/act/1',
        values: new Map([
          ['x', 1],
          ['y', 2],
        ]),
        tools: [{ toolId: 's_tool' }],
      },
    ]);
  });

  test('0.8: an ACTION has the key of the CONFIRM that it follows from', () => {
    const step: StepDraft = { stepId: 'pay', isCheckpoint: true, isRequiredAction: true, toolIds: ['t'], to: ['wait'] };
    const { conversation } = startScenarios([{ scenarioId: 's', steps: [step, waiting, end] }]);
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(conversation.instance('s').requests).toMatchObject([
      { kind: 'CONFIRM', status: 'ANSWERED', actionKey: 's#1/pay/1' },
      { kind: 'ACTION', status: 'OPEN', actionKey: 's#1/pay/1', firstPut: putting(2) },
    ]);
  });

  test('0.8: INFORM and NONE put nothing', () => {
    const conversation = startConversation([{ scenarioId: 's', steps: [end] }, silent('t')]);
    expect(conversation.session.instances.map(({ requests }) => requests)).toEqual([[], []]);
  });

  test('0.3: requests are numbered CONFIRM, then ASK, then ACTION, each in plan order', () => {
    const conversation = startConversation([
      acting('act', { priority: 90 }),
      asking('low', ['x'], { priority: 1 }),
      asking('high', ['y'], { priority: 2 }),
      confirming('confirm', { priority: -90 }),
    ]);
    const positions = conversation.session.instances.map(({ scenarioId, requests }) => [
      scenarioId,
      requests[0]?.lastPut.position,
    ]);
    expect(Object.fromEntries(positions)).toEqual({ confirm: 0, high: 1, low: 2, act: 3 });
  });
});

describe('a request that is put again', () => {
  const play = (scenario: ScenarioDraft, ...turns: readonly TurnDraft[]): Conversation => {
    const { conversation } = startScenarios([scenario]);
    for (const turn of turns) conversation.turn(turn);
    return conversation;
  };

  test('0.8: records how often, when first and when last it was put', () => {
    expect(play(asking('s', ['x']), {}, {}).instance('s').requests).toEqual([
      {
        ...request,
        kind: 'ASK',
        fields: ['x'],
        lastPut: putting(3),
        previousPut: putting(2),
        putCount: 3,
        attempts: 2,
      },
    ]);
  });

  test('0.8: an ASK then lists the remaining fields', () => {
    const steps: readonly StepDraft[] = [{ stepId: 'ask', collectsProfileFields: ['x', 'y'], to: ['end'] }, end];
    expect(play({ scenarioId: 's', steps }, { variables: { x: 1 } }).instance('s').requests).toMatchObject([
      { kind: 'ASK', fields: ['y'], putCount: 2, firstPut: putting(1), hasAnswer: true },
    ]);
  });

  test('0.8: a new visit has a new ASK', () => {
    expect(play(asking('s', ['x', 'y']), { variables: { x: 1 } }).instance('s').requests).toMatchObject([
      { stepId: 'ask_x', visitNumber: 1 },
      { stepId: 'ask_y', visitNumber: 2, status: 'OPEN', putCount: 1, firstPut: putting(2) },
    ]);
  });

  test('0.8: a CONFIRM that is put again because a value changed is a new one with a new key', () => {
    const { conversation } = startScenarios([confirming('s', { confirms: ['x'] })], { variables: { x: 1 } });
    const again = conversation.turn({ variables: { x: 2 } });
    expect(again.contribution('s')).toMatchObject({ actionKey: 's#1/confirm/1/2', isReprompt: false });
    expect(conversation.instance('s').requests).toMatchObject([
      { actionKey: 's#1/confirm/1', status: 'VOID' },
      { actionKey: 's#1/confirm/1/2', status: 'OPEN', values: new Map([['x', 2]]), putCount: 1 },
    ]);
  });

  test('0.8: an open ACTION keeps the values with which it was first hinted', () => {
    const scenario: ScenarioDraft = { ...acting('s'), requires: { x: 'SOFT' } };
    const { conversation } = startScenarios([scenario], { customer: { x: 1 } });
    conversation.turn({ signals: [['CONTINUE', 's']], customer: { x: 2 } });
    expect(conversation.instance('s').requests).toMatchObject([{ values: new Map([['x', 1]]), putCount: 2 }]);
  });

  test('0.8: a retry reopens a failed ACTION with the same key, the current values and no outcome', () => {
    const scenario: ScenarioDraft = { ...acting('s'), requires: { x: 'SOFT' } };
    const { conversation } = startScenarios([scenario], { customer: { x: 1 } });
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }], customer: { x: 2 } });
    expect(conversation.instance('s').requests).toEqual([
      {
        ...request,
        kind: 'ACTION',
        stepId: 'act',
        actionKey: 's#1/act/1',
        values: new Map([['x', 2]]),
        tools: [{ toolId: 's_tool' }],
        lastPut: putting(2),
        previousPut: putting(1),
        putCount: 2,
      },
    ]);
  });

  const twoTools: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      {
        stepId: 'act',
        isRequiredAction: true,
        requiresConfirmation: false,
        toolIds: ['t', 'u'],
        to: ['wait'],
      },
      waiting,
      end,
    ],
  };
  const report = (kind: 'ACTION_SUCCEEDED' | 'ACTION_FAILED', toolId: string): TurnDraft => ({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind, toolId }],
  });

  test('0.6: an ACTION of several tools keeps the outcome of one tool while it waits for the other', () => {
    const conversation = play(twoTools, report('ACTION_SUCCEEDED', 't'));
    expect(conversation.instance('s').requests).toMatchObject([
      { status: 'OPEN', tools: [{ toolId: 't', outcome: 'SUCCEEDED' }, { toolId: 'u' }], putCount: 2 },
    ]);
  });

  test('0.6: a retry lists only the tools that have not succeeded', () => {
    const conversation = play(twoTools, report('ACTION_SUCCEEDED', 't'), report('ACTION_FAILED', 'u'));
    expect(conversation.instance('s').requests).toMatchObject([
      { status: 'OPEN', outcome: undefined, tools: [{ toolId: 't', outcome: 'SUCCEEDED' }, { toolId: 'u' }] },
    ]);
    conversation.turn(report('ACTION_SUCCEEDED', 'u'));
    expect(conversation.instance('s').currentStepId).toBe('wait');
  });

  test('12: a request that did not reach the customer is put as a new one', () => {
    const conversation = play(asking('s', ['x']), {
      deliveries: [{ instanceId: 's#1', contributionType: 'ASK', status: 'NOT_SAID' }],
    });
    expect(conversation.instance('s').requests).toMatchObject([
      { status: 'NOT_DELIVERED' },
      { status: 'OPEN', firstPut: putting(2), putCount: 1, attempts: 0 },
    ]);
  });
});

describe('requests of other instances', () => {
  test('0.5: the request of a quiet instance stays open and is not put again', () => {
    const conversation = startConversation([asking('s', ['x']), asking('t', ['y', 'z'])]);
    conversation.turn({ variables: { y: 1 } });
    expect(conversation.instance('s').requests).toMatchObject([{ status: 'OPEN', putCount: 1, attempts: 0 }]);
  });

  test('4.2: fields that another scenario asks for count as asked', () => {
    const conversation = startConversation([asking('s', ['x'], { priority: 9 }), asking('t', ['x'])]);
    expect(conversation.instance('t').requests).toEqual([
      { ...request, kind: 'ASK', fields: ['x'], firstPut: putting(1, 1), lastPut: putting(1, 1) },
    ]);
  });

  test('0.8: a contribution that is deferred again leaves its open request unchanged', () => {
    const conversation = new Conversation([confirming('s'), confirming('t', { priority: 9 })]);
    conversation.turn({ candidates: { s: 0.9 } });
    const second = conversation.turn({ candidates: { s: 0.9, t: 0.8 } });
    expect(second.plan).toEqual(['t CONFIRM ', '(deferred) s CONFIRM ']);
    expect(conversation.instance('s').requests).toMatchObject([{ status: 'OPEN', putCount: 1 }]);
    expect(conversation.instance('s').deferredBehindScenarioId).toBe('t');
  });

  test('0.8: the plan lists the requests that are open after the turn, by the start order of their instances', () => {
    const conversation = startConversation([asking('s', ['x', 'y']), confirming('t')]);
    const { openRequests } = conversation.turn({ variables: { x: 1 } }).result.plan;
    expect(
      openRequests.map(({ instanceId, scenarioId, request: { kind, stepId } }) => [
        instanceId,
        scenarioId,
        kind,
        stepId,
      ]),
    ).toEqual([
      ['s#1', 's', 'ASK', 'ask_y'],
      ['t#1', 't', 'CONFIRM', 'confirm'],
    ]);
  });
});

test('0.8: an instance keeps the requests of its current visit and the latest 20 other closed requests', () => {
  const fields = Array.from({ length: 30 }, (_, index) => `f${index}`);
  const { conversation } = startScenarios([asking('s', fields)]);
  for (const field of fields.slice(0, 25)) conversation.turn({ variables: { [field]: 1 } });
  const { requests } = conversation.instance('s');
  expect(requests.map(({ stepId }) => stepId)).toEqual(fields.slice(5, 26).map((field) => `ask_${field}`));
  expect(requests.map(({ status }) => status).filter((status) => status === 'OPEN')).toHaveLength(1);
});

describe('the first contribution of the exchange', () => {
  test('0.3: its owner is remembered until a later turn of the exchange contributes', () => {
    const conversation = startConversation([asking('s', ['x']), acting('t')]);
    expect(conversation.session.lastContributorId).toBe('s#1');
    conversation.turn({ trigger: 'TOOL_RESULTS' });
    expect(conversation.session.lastContributorId).toBe('s#1');
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
    expect(conversation.session.lastContributorId).toBe('t#1');
  });

  test('0.3: a CHOICE has no owner, so the contribution after it counts', () => {
    const gift = asking('gift', ['y'], { askBeforeStart: true });
    const conversation = new Conversation([confirming('pay'), gift], { settings: { maxConfirmsPerTurn: 2 } });
    expect(conversation.turn({ candidates: { pay: 0.9, gift: 0.8 } }).plan).toEqual(['CHOICE gift', 'pay CONFIRM ']);
    expect(conversation.session.lastContributorId).toBe('pay#1');
  });

  test('0.3: a MESSAGE turn begins a new exchange, with no owner if it contributes nothing', () => {
    const conversation = startConversation([asking('s', ['x'])]);
    conversation.turn({ signals: ['PAUSE'] });
    expect(conversation.session).toMatchObject({
      lastContributorId: '',
      exchangeRevision: 2,
      lastMessageAt: 2 * minute,
    });
    conversation.turn({ trigger: 'TIMER' });
    expect(conversation.session).toMatchObject({ exchangeRevision: 2, lastMessageAt: 2 * minute, revision: 3 });
  });
});
