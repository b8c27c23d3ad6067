import {
  Conversation,
  compileDraft,
  type ScenarioDraft,
  type SignalDraft,
  type StepDraft,
  type TransitionDraft,
  type TurnDraft,
} from '../../support/conversation';
import { listContributions, playTurns, startScenarios } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const targets: readonly StepDraft[] = ['a', 'b', 'c'].map((stepId) => ({ stepId, templateIds: [stepId], to: ['end'] }));
/** A step that asks for `go`, with the transitions under test, and three target steps. */
const createHubScenario = (to: readonly TransitionDraft[], step: Partial<StepDraft> = {}): ScenarioDraft => ({
  scenarioId: 'trip',
  steps: [{ stepId: 'hub', collectsProfileFields: ['go'], ...step, to }, ...targets, end],
});
const go: TurnDraft = { variables: { go: true } };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
/** Returns the step of the instance after the given answer to the hub. */
const findTarget = (to: readonly TransitionDraft[], draft: TurnDraft = go): string | undefined =>
  playTurns(createHubScenario(to), [{}, draft])[1]?.transition('trip').targetStepId;

test.each<[string, readonly TransitionDraft[], string]>([
  [
    'the highest priority comes first',
    [
      { to: 'a', priority: 1 },
      { to: 'b', priority: 3 },
      { to: 'c', priority: 2 },
    ],
    'b',
  ],
  ['equal priorities keep their order', [{ to: 'b', priority: 1 }, { to: 'a', priority: 1 }, { to: 'c' }], 'b'],
  ['those with a negative priority come last', [{ to: 'a', priority: -1 }, { to: 'b' }], 'b'],
  [
    'the first TRUE transition is taken',
    [
      { to: 'a', condition: 'false' },
      { to: 'b', condition: 'true' },
      { to: 'c', condition: 'true' },
    ],
    'b',
  ],
  [
    'the instance stays if none is TRUE',
    [
      { to: 'a', condition: 'false' },
      { to: 'b', intentLabel: 'never' },
    ],
    'hub',
  ],
  ['a transition without conditions is the default', [{ to: 'a', condition: 'false' }, { to: 'c' }], 'c'],
])('3.2: selecting a transition: %s', (_rule, to, target) => {
  expect(findTarget(to)).toBe(target);
});

test('3.2: the decision of an instance that stays lists the alternatives', () => {
  const [, turn] = playTurns(createHubScenario([{ to: 'a', condition: 'false' }]), [{}, go]);
  expect(turn?.transition('trip')).toMatchObject({
    sourceStepId: 'hub',
    targetStepId: 'hub',
    transitionsTaken: [],
    reason: 'NO_TRANSITION',
    alternatives: [{ transitionId: 'hub/1', truth: 'FALSE', taken: false }],
  });
});

test.each<[string, TransitionDraft, TurnDraft]>([
  ['the intent equals intent_label', { to: 'a', intentLabel: 'x' }, { ...go, intent: 'x' }],
  ['the condition is true', { to: 'a', condition: 'data.go == true' }, go],
  ['all condition_fields are known', { to: 'a', conditionFields: ['go', 'x'] }, { variables: { go: true, x: '' } }],
  [
    'all parts hold',
    { to: 'a', intentLabel: 'x', condition: 'data.go', conditionFields: ['go'] },
    { ...go, intent: 'x' },
  ],
])('3.2: a transition is taken if %s', (_case, transition, draft) => {
  expect(findTarget([transition], draft)).toBe('a');
});

test.each<[string, TransitionDraft, TurnDraft]>([
  ['the intent differs from intent_label', { to: 'a', intentLabel: 'x' }, { ...go, intent: 'X' }],
  [
    'the canonical intent label differs from intent_label',
    { to: 'a', intentLabel: 'x' },
    { ...go, intent: 'x', situation: { canonicalIntentLabel: 'y' } },
  ],
  ['the condition is false', { to: 'a', condition: 'data.go == false' }, go],
  ['one of the condition_fields is missing', { to: 'a', conditionFields: ['go', 'x'] }, go],
  ['outcomes do not contain the outcome of the step', { to: 'a', outcomes: ['CONFIRMED'] }, go],
  ['all parts but the intent hold', { to: 'a', intentLabel: 'x', condition: 'data.go', conditionFields: ['go'] }, go],
  [
    'all parts but the condition hold',
    { to: 'a', intentLabel: 'x', condition: '!data.go', conditionFields: ['go'] },
    { ...go, intent: 'x' },
  ],
  [
    'all parts but the fields hold',
    { to: 'a', intentLabel: 'x', condition: 'data.go', conditionFields: ['y'] },
    { ...go, intent: 'x' },
  ],
])('3.2: a transition is not taken if %s', (_case, transition, draft) => {
  expect(findTarget([transition], draft)).toBe('hub');
});

test.each([
  ['CONFIRMED', 'a'],
  ['DECLINED', 'b'],
  ['ACTION_SUCCEEDED', 'c'],
] as const)('3.2: outcomes select the transition after %s', (kind, target) => {
  const step = { collectsProfileFields: [], isCheckpoint: true };
  const to = [
    { to: 'a', outcomes: ['CONFIRMED'] as const },
    { to: 'b', outcomes: ['DECLINED', 'ACTION_FAILED'] as const },
    { to: 'c', outcomes: ['ACTION_SUCCEEDED'] as const },
  ];
  expect(
    playTurns(createHubScenario(to, step), [{}, { outcomes: [{ kind, actionKey: 'trip#1/hub/1' }] }])[1]?.transition(
      'trip',
    ).targetStepId,
  ).toBe(target);
});

describe('triggers', () => {
  test('3.2: an ON_COMPLETION transition requires that the step is done', () => {
    expect(findTarget([{ to: 'a', intentLabel: 'x' }], { intent: 'x' })).toBe('hub');
  });

  test('3.2: an ANYTIME transition does not require that the step is done', () => {
    expect(findTarget([{ to: 'a', intentLabel: 'x', trigger: 'ANYTIME' }], { intent: 'x' })).toBe('a');
  });

  test('3.2: an ANYTIME transition leaves an unconfirmed checkpoint without passing it', () => {
    const step = { collectsProfileFields: [], isCheckpoint: true };
    const { conversation } = startScenarios([
      createHubScenario([{ to: 'a', intentLabel: 'x', trigger: 'ANYTIME' }, 'b'], step),
    ]);
    const turn = conversation.turn({ intent: 'x' });
    expect(turn.transition('trip').targetStepId).toBe('a');
    expect(conversation.instance('trip').irreversibleDone).toEqual([]);
  });

  test('3.2: an UNKNOWN ANYTIME transition does not block the transitions below it', () => {
    const to: readonly TransitionDraft[] = [
      { to: 'a', trigger: 'ANYTIME', condition: 'data.a == 1.0' },
      { to: 'b', trigger: 'ANYTIME', intentLabel: 'go' },
    ];
    expect(findTarget(to, { intent: 'go' })).toBe('b');
  });

  test.each<[string, TurnDraft, string]>([
    ['DECLINED', declined, 'a'],
    ['ACTION_FAILED of a required action', { outcomes: [{ kind: 'ACTION_FAILED' }] }, 'b'],
  ])('3.2: an ON_COMPLETION transition can be taken after %s', (_outcome, draft, target) => {
    const step = { isRequiredAction: true, toolIds: ['t'], collectsProfileFields: [] };
    const to = [
      { to: 'a', outcomes: ['DECLINED'] as const },
      { to: 'b', condition: 'outcome == "failed"' },
    ];
    expect(playTurns(createHubScenario(to, step), [{}, draft])[1]?.transition('trip').targetStepId).toBe(target);
  });

  test('3.2: after DECLINED the default transition is not eligible, whatever its priority', () => {
    const to = [
      { to: 'a', priority: 9 },
      { to: 'b', condition: 'true', priority: 8 },
      { to: 'c', outcomes: ['DECLINED'] as const },
    ];
    expect(findTarget(to, declined)).toBe('c');
  });

  test.each(['outcome == "declined"', 'outcome != ""'])(
    '3.2: after DECLINED a transition is eligible if its condition reads the outcome: %s',
    (condition) => {
      expect(findTarget([{ to: 'b', condition }], declined)).toBe('b');
    },
  );

  test('3.2: after ACTION_FAILED of a required action the default transition is not eligible and the action is retried', () => {
    const step = { isRequiredAction: true, toolIds: ['t'], collectsProfileFields: [] };
    expect(listContributions(createHubScenario(['a'], step), [{}, { outcomes: [{ kind: 'ACTION_FAILED' }] }])).toEqual([
      'ACTION_HINT t',
      'ACTION_HINT t',
    ]);
  });

  test('3.2: after ACTION_FAILED of an optional action the default transition is taken', () => {
    const step = { toolIds: ['t'], collectsProfileFields: [] };
    expect(listContributions(createHubScenario(['a'], step), [{}, { outcomes: [{ kind: 'ACTION_FAILED' }] }])).toEqual([
      'ACTION_HINT t',
      'INFORM a',
    ]);
  });
});

describe('the order of evaluation', () => {
  /** Step b has an ANYTIME transition to x and a default transition. Global transitions lead to help. */
  const corrected: ScenarioDraft = {
    scenarioId: 'trip',
    steps: [
      { stepId: 'a', collectsProfileFields: ['a'], canSkip: false, to: ['b'] },
      {
        stepId: 'b',
        collectsProfileFields: ['b'],
        to: [
          { to: 'end', condition: 'true', priority: 5 },
          { to: 'x', intentLabel: 'x', trigger: 'ANYTIME' },
        ],
      },
      { stepId: 'x', templateIds: ['x'], to: ['end'] },
      { stepId: 'help', templateIds: ['help'], reachableFromAnywhere: true, to: ['end'] },
      end,
    ],
    globals: [
      { to: 'help', intentLabel: 'help' },
      { to: 'help', intentLabel: 'x' },
    ],
  };
  const decideAtB = (draft: TurnDraft) =>
    playTurns(corrected, [{}, { variables: { a: 1 } }, draft])[2]?.transition('trip');

  test('3.2: a TRUE ANYTIME transition precedes corrections and ON_COMPLETION transitions, whatever their priorities', () => {
    expect(decideAtB({ intent: 'x', variables: { a: 2, b: 1 } })).toMatchObject({
      targetStepId: 'x',
      transitionsTaken: ['b/2'],
    });
  });

  test('3.2: a TRUE global transition precedes corrections and ON_COMPLETION transitions', () => {
    expect(decideAtB({ intent: 'help', variables: { a: 2, b: 1 } })).toMatchObject({
      targetStepId: 'help',
      transitionsTaken: ['global/1'],
    });
  });

  test('3.2: the transitions of the step precede global ones', () => {
    expect(decideAtB({ intent: 'x' })?.transitionsTaken).toEqual(['b/2']);
  });

  test('3.2: a correction precedes ON_COMPLETION transitions', () => {
    expect(decideAtB({ variables: { a: 2, b: 1 } })).toMatchObject({
      reason: 'CORRECTED',
      transitionsTaken: ['a/1', 'b/1'],
    });
  });
});

describe('global transitions', () => {
  const support: ScenarioDraft = {
    scenarioId: 'trip',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['x'], to: ['end'] },
      { stepId: 'agent', templateIds: ['agent'], reachableFromAnywhere: true, to: ['ask'] },
      end,
    ],
    globals: [{ to: 'agent', intentLabel: 'agent' }],
  };
  const agent: TurnDraft = { intent: 'agent' };

  test('3.2: a global transition leaves any step, done or not', () => {
    expect(listContributions(support, [{}, agent])).toEqual(['ASK x', 'INFORM agent']);
  });

  test('3.2: a global transition is not taken at its own target', () => {
    const staying = {
      ...support,
      steps: support.steps.map((step) => (step.stepId === 'agent' ? { ...step, to: [] } : step)),
    };
    const { conversation } = startScenarios([staying]);
    conversation.turn(agent);
    conversation.turn({ intent: 'other' });
    const visits = conversation.instance('trip').lastVisitNumber;
    expect(conversation.turn(agent).transition('trip').targetStepId).toBe('agent');
    expect(conversation.instance('trip').lastVisitNumber).toBe(visits);
  });

  test('3.2: a global transition is not taken again until a value that it reads changes', () => {
    expect(listContributions(support, [{}, agent, agent, agent])).toEqual(['ASK x', 'INFORM agent', 'ASK x', 'ASK x']);
  });

  test('3.2: a global transition is taken again after a value that it reads changes and changes back', () => {
    expect(listContributions(support, [{}, agent, { intent: 'refund' }, agent])).toEqual([
      'ASK x',
      'INFORM agent',
      'ASK x',
      'INFORM agent',
    ]);
  });

  test('3.2: a change counts even if the instance did not walk on that turn', () => {
    const other: ScenarioDraft = {
      scenarioId: 'other',
      steps: [{ stepId: 'o', collectsProfileFields: ['o', 'p'], to: ['end'] }, end],
    };
    const { conversation } = startScenarios([support, other]);
    const about = (scenarioId: string): readonly SignalDraft[] => [['CONTINUE', scenarioId]];
    conversation.turn({ ...agent, signals: about('trip') });
    conversation.turn({ ...agent, signals: about('trip') });
    // The instance does not walk on this turn.
    conversation.turn({ intent: 'other', signals: about('other') });
    expect(conversation.turn({ ...agent, signals: about('trip') }).transition('trip').targetStepId).toBe('agent');
  });

  test.each<[string, string, TurnDraft, TurnDraft]>([
    [
      'a field that its condition reads changes',
      'data.level > 1.0',
      { variables: { level: 2 } },
      { variables: { level: 3 } },
    ],
    [
      'the frustration level that its condition reads changes',
      'frustration != ""',
      { situation: { frustrationLevel: 'low' } },
      { situation: { frustrationLevel: 'high' } },
    ],
    [
      'a customer field that its condition reads changes',
      'customer.level > 1.0',
      { customer: { level: 2 } },
      { customer: { level: 3 } },
    ],
    [
      'the list of requested fields that its condition reads changes',
      'requested.size() > 0',
      { requested: ['price'] },
      { requested: ['date'] },
    ],
    ['the turn number that its condition reads changes', 'turn > 1', {}, {}],
    [
      'one of two fields that its condition reads changes',
      'data.level > 1.0 && data.other > 1.0',
      { variables: { level: 2, other: 2 } },
      { variables: { level: 3 } },
    ],
    [
      'a field changes whose name its condition computes',
      'data["le" + "vel"] > 1.0',
      { variables: { level: 2 } },
      { variables: { level: 3 } },
    ],
  ])('3.2: a global transition is taken again if %s', (_change, condition, first, second) => {
    const scenario = { ...support, globals: [{ to: 'agent', condition }] };
    const turns = listContributions(scenario, [{}, first, first, second]);
    expect(turns).toEqual(['ASK x', 'INFORM agent', 'ASK x', 'INFORM agent']);
  });

  test.each<[string, string, TurnDraft, TurnDraft]>([
    [
      'a field that it does not read changes',
      'data.level > 1.0',
      { variables: { level: 2 } },
      { variables: { other: 3 } },
    ],
    [
      'the message changes, which it does not read',
      'frustration != ""',
      { situation: { frustrationLevel: 'low' } },
      { message: 'hello', situation: { frustrationLevel: 'low' } },
    ],
    [
      'the customer field that its condition reads stays the same',
      'customer.level > 1.0',
      { customer: { level: 2 } },
      { customer: { level: 2 } },
    ],
    [
      'the intent changes, which it does not read',
      'frustration != ""',
      { intent: 'a', situation: { frustrationLevel: 'low' } },
      { intent: 'b', situation: { frustrationLevel: 'low' } },
    ],
  ])('3.2: a global transition is not taken again if %s', (_change, condition, first, second) => {
    const scenario = { ...support, globals: [{ to: 'agent', condition }] };
    const turns = listContributions(scenario, [{}, first, first, second]);
    expect(turns).toEqual(['ASK x', 'INFORM agent', 'ASK x', 'ASK x']);
  });

  test('3.2: a global transition reads the outcome that it states', () => {
    const steps = [
      { stepId: 'ask', collectsProfileFields: ['x'], to: ['pay'] },
      { ...support.steps[1], stepId: 'agent', to: ['pay'] },
      { stepId: 'pay', performsAction: true, requiresConfirmation: true, actionDescription: 'pay', to: ['end'] },
      end,
    ];
    const { conversation } = startScenarios([
      { ...support, steps, globals: [{ to: 'agent', outcomes: ['CONFIRMED'] }] },
    ]);
    conversation.turn({ variables: { x: 1 } });
    expect(conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).transition('trip').targetStepId).toBe('agent');
    expect(conversation.turn().transition('trip').targetStepId).toBe('pay');
    expect(conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).transition('trip').targetStepId).toBe('agent');
  });

  test('3.2: a turn without a message does not change the intent that a global transition reads', () => {
    const { conversation } = startScenarios([support]);
    expect(conversation.turn(agent).plan).toEqual(['trip INFORM agent']);
    expect(conversation.turn(agent).plan).toEqual(['trip ASK x']);
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
    expect(conversation.turn(agent).plan).toEqual(['trip ASK x']);
  });

  test('3.2: a guard has no effect once the scenario is removed', () => {
    const { conversation } = startScenarios([support]);
    conversation.turn(agent);
    conversation.remove('trip');
    expect(conversation.turn(agent).actions).toEqual(['trip CANCEL SCENARIO_NOT_FOUND']);
  });

  test('3.2: a global transition without conditions is rejected when the scenario is stored', () => {
    expect(() => compileDraft({ ...support, globals: ['agent'] })).toThrow('GLOBAL_STATES_NOTHING');
  });

  test('3.2: a global transition to a step that is not reachable from anywhere is rejected when the scenario is stored', () => {
    expect(() => compileDraft({ ...support, globals: [{ to: 'ask', intentLabel: 'x' }] })).toThrow(
      'GLOBAL_TARGET_NOT_REACHABLE',
    );
  });
});

describe('clears', () => {
  const clearing: ScenarioDraft = {
    scenarioId: 'trip',
    steps: [
      { stepId: 'reason', collectsProfileFields: ['reason'], to: ['check'] },
      {
        stepId: 'check',
        isCheckpoint: true,
        to: [
          { to: 'end', outcomes: ['CONFIRMED'] },
          { to: 'reason', outcomes: ['DECLINED'], clears: ['reason'] },
        ],
      },
      end,
    ],
  };

  test('3.2: a cleared field is asked for again', () => {
    expect(listContributions(clearing, [{}, { variables: { reason: 'old' } }, declined])).toEqual([
      'ASK reason',
      'CONFIRM reason=old',
      'ASK reason',
    ]);
  });

  test('3.2: a value provided on this turn is not cleared', () => {
    const turns = listContributions(clearing, [
      {},
      { variables: { reason: 'old' } },
      { ...declined, variables: { reason: 'new' } },
    ]);
    expect(turns.at(-1)).toBe('CONFIRM reason=new');
  });

  test('3.2: an unchanged value provided on this turn is not cleared', () => {
    const turns = listContributions(clearing, [
      {},
      { variables: { reason: 'old' } },
      { ...declined, variables: { reason: 'old' } },
    ]);
    expect(turns.at(-1)).toBe('CONFIRM reason=old');
  });

  test('3.2: a cleared field hides the values of older sources until a newer value arrives', () => {
    const customer = { reason: 'profile' };
    expect(
      listContributions(clearing, [
        { customer },
        { ...declined, customer },
        { customer },
        { customer, variables: { reason: 'new' } },
      ]),
    ).toEqual(['CONFIRM reason=profile', 'ASK reason', 'ASK reason', 'CONFIRM reason=new']);
  });

  test('3.2: clears also removes an outcome result of the instance', () => {
    const result: TurnDraft = {
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', results: { reason: 'found' } }],
    };
    expect(listContributions(clearing, [{}, result, declined]).slice(1)).toEqual([
      'CONFIRM reason=found',
      'ASK reason',
    ]);
  });

  test('3.2: the decision lists the cleared fields, and other instances lose them on the next turn', () => {
    const other: ScenarioDraft = {
      scenarioId: 'other',
      whenNotAddressed: 'CONTRIBUTE',
      steps: [{ stepId: 'sign', isCheckpoint: true, confirmsFields: ['reason'], to: ['end'] }, end],
    };
    const conversation = new Conversation([clearing, other], { settings: { maxConfirmsPerTurn: 2 } });
    conversation.turn({ candidates: { trip: 0.9, other: 0.8 }, variables: { reason: 'old' } });
    const turn = conversation.turn({ outcomes: [{ kind: 'DECLINED', instanceId: 'trip#1' }] });
    expect(turn.transition('trip').clearedFields).toEqual(['reason']);
    expect([...turn.plan].sort()).toEqual(['other CONFIRM reason=old', 'trip ASK reason']);
    expect([...conversation.turn().plan].sort()).toEqual(['other CONFIRM ', 'trip ASK reason']);
  });

  test('3.2: a transition that is not taken does not clear fields', () => {
    const turns = listContributions(clearing, [
      {},
      { variables: { reason: 'old' } },
      { outcomes: [{ kind: 'CONFIRMED' }] },
    ]);
    expect(turns.at(-1)).toBe('INFORM bye');
  });
});

test('3.2: a self-transition opens a new visit of the same step', () => {
  const { conversation } = startScenarios([
    createHubScenario([{ to: 'hub', conditionFields: ['old'], clears: ['old'] }, 'end'], {
      collectsProfileFields: ['go', 'old'],
      canSkip: false,
    }),
  ]);
  conversation.turn({ variables: { old: 1 } });
  const turn = conversation.turn(go);
  expect(turn.transition('trip')).toMatchObject({
    sourceStepId: 'hub',
    targetStepId: 'hub',
    transitionsTaken: ['hub/1'],
    visitNumber: 2,
  });
  expect(turn.plan).toEqual(['trip ASK go,old']);
});

describe('clears and other data', () => {
  const ask = (field: string, to: readonly TransitionDraft[] = ['end']): StepDraft => ({
    stepId: `ask_${field}`,
    collectsProfileFields: [field],
    to,
  });

  test('3.2: clears removes only the listed results of an instance and keeps the scope of session variables', () => {
    const act: StepDraft = { stepId: 'act', isRequiredAction: true, toolIds: ['look_up'], to: ['ask_x'] };
    const steps = [act, ask('x', [{ to: 'ask_y', clears: ['ref', 'free'] }]), ask('y'), end];
    const { conversation } = startScenarios([{ scenarioId: 's', steps }], {
      variables: { free: 1 },
      scopes: { free: 'SESSION' },
    });
    conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { ref: 'R1', no: 7 } }],
    });
    expect(conversation.instance('s').variables).toEqual(new Map(Object.entries({ ref: 'R1', no: 7 })));
    const { session } = conversation.turn({ variables: { x: 1 } });
    expect(session.instances[0]?.variables).toEqual(new Map([['no', 7]]));
    expect(session.variables.get('ref')).toMatchObject({ value: null, scope: 'CASE' });
    expect(session.variables.get('free')).toMatchObject({ value: null, scope: 'SESSION' });
  });

  test('3.2: cleared fields are sorted, and conditions of the same walk see them as changed', () => {
    const steps = [
      ask('x', [{ to: 'next', clears: ['b', 'a'] }]),
      { stepId: 'next', to: [{ to: 'ask_y', condition: 'changed == ["a", "b", "x"]' }] },
      ask('y'),
      end,
    ];
    const { conversation } = startScenarios([{ scenarioId: 's', steps }], { patch: { a: 1, b: 1 } });
    const decision = conversation.turn({ variables: { x: 1 } }).transition('s');
    expect([decision.clearedFields, decision.targetStepId]).toEqual([['a', 'b'], 'ask_y']);
  });
});

describe('3.2: an ANYTIME transition', () => {
  test('3.2: can lead to its own step and opens a new visit', () => {
    const to: readonly TransitionDraft[] = [{ to: 'hub', trigger: 'ANYTIME', intentLabel: 'again' }, 'a'];
    const decision = playTurns(createHubScenario(to), [{}, { intent: 'again' }])[1]?.transition('trip');
    expect(decision).toMatchObject({ targetStepId: 'hub', transitionsTaken: ['hub/1'], visitNumber: 2 });
  });
});

describe('3.2: whether a global transition is taken again', () => {
  const createSupport = (condition: string): ScenarioDraft => ({
    scenarioId: 'trip',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['x'], to: ['end'] },
      { stepId: 'agent', templateIds: ['agent'], reachableFromAnywhere: true, to: ['ask'] },
      end,
    ],
    globals: [{ to: 'agent', condition }],
  });
  const low: TurnDraft = { situation: { frustrationLevel: 'low' } };

  test('3.2: depends on the number of visits that it reads at the current step', () => {
    const scenario = createSupport('frustration != "" && visits > 0');
    expect(listContributions(scenario, [{}, low, low, low])).toEqual([
      'ASK x',
      'INFORM agent',
      'ASK x',
      'INFORM agent',
    ]);
  });

  test('3.2: does not depend on fields that were cleared on an earlier turn', () => {
    const scenario = createSupport('frustration != "" && changed.size() == 0');
    expect(listContributions(scenario, [{}, low, low, low])).toEqual(['ASK x', 'INFORM agent', 'ASK x', 'ASK x']);
  });

  test('3.2: is decided on a turn without a message too', () => {
    const { conversation } = startScenarios([createSupport('data.level > 1.0')]);
    expect(conversation.turn({ variables: { level: 2 } }).plan).toEqual(['trip INFORM agent']);
    expect(conversation.turn().plan).toEqual(['trip ASK x']);
    expect(conversation.turn({ trigger: 'TOOL_RESULTS', patch: { level: 3 } }).plan).toEqual(['trip INFORM agent']);
  });
});
