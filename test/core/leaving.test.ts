import {
  Conversation,
  compiled,
  type ScenarioDraft,
  type SignalDraft,
  type StepDraft,
  type TransitionDraft,
  type TurnDraft,
} from '../support/conversation';
import { played, said, started } from '../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const places: readonly StepDraft[] = ['a', 'b', 'c'].map((stepId) => ({ stepId, templateIds: [stepId], to: ['end'] }));
/** A hub that asks for `go`, and three places to go to. */
const hub = (to: readonly TransitionDraft[], step: Partial<StepDraft> = {}): ScenarioDraft => ({
  scenarioId: 'trip',
  steps: [{ stepId: 'hub', collectsProfileFields: ['go'], ...step, to }, ...places, end],
});
const go: TurnDraft = { variables: { go: true } };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
/** Where the trip is after its hub was answered with the turn. */
const whereTo = (to: readonly TransitionDraft[], draft: TurnDraft = go): string | undefined =>
  played(hub(to), [{}, draft])[1]?.transition('trip').targetStepId;

test.each<[string, readonly TransitionDraft[], string]>([
  [
    'high priority first',
    [
      { to: 'a', priority: 1 },
      { to: 'b', priority: 3 },
      { to: 'c', priority: 2 },
    ],
    'b',
  ],
  ['then as written', [{ to: 'b', priority: 1 }, { to: 'a', priority: 1 }, { to: 'c' }], 'b'],
  ['negative priorities come last', [{ to: 'a', priority: -1 }, { to: 'b' }], 'b'],
  [
    'the first TRUE one, not the first',
    [
      { to: 'a', condition: 'false' },
      { to: 'b', condition: 'true' },
      { to: 'c', condition: 'true' },
    ],
    'b',
  ],
  [
    'none is TRUE: it stays',
    [
      { to: 'a', condition: 'false' },
      { to: 'b', intentLabel: 'never' },
    ],
    'hub',
  ],
  ['one that states nothing is the default edge', [{ to: 'a', condition: 'false' }, { to: 'c' }], 'c'],
])('3.2 leaving: %s', (_rule, to, target) => {
  expect(whereTo(to)).toBe(target);
});

test('3.2 leaving: an instance that stays says so, with what was looked at', () => {
  const [, turn] = played(hub([{ to: 'a', condition: 'false' }]), [{}, go]);
  expect(turn?.transition('trip')).toMatchObject({
    sourceStepId: 'hub',
    targetStepId: 'hub',
    transitionsTaken: [],
    reason: 'NO_TRANSITION',
    alternatives: [{ transitionId: 'hub/1', truth: 'FALSE', taken: false }],
  });
});

test.each<[string, TransitionDraft, TurnDraft, boolean]>([
  ['intent_label equals the intent', { to: 'a', intentLabel: 'x' }, { ...go, intent: 'x' }, true],
  ['intent_label is not the intent', { to: 'a', intentLabel: 'x' }, { ...go, intent: 'X' }, false],
  [
    'the intent is the canonical label before the raw one',
    { to: 'a', intentLabel: 'x' },
    { ...go, intent: 'x', situation: { canonicalIntentLabel: 'y' } },
    false,
  ],
  ['condition is true', { to: 'a', condition: 'data.go == true' }, go, true],
  ['condition is false', { to: 'a', condition: 'data.go == false' }, go, false],
  ['condition_fields are known', { to: 'a', conditionFields: ['go', 'x'] }, { variables: { go: true, x: '' } }, true],
  ['one of the condition_fields is not known', { to: 'a', conditionFields: ['go', 'x'] }, go, false],
  ['outcomes do not contain the outcome', { to: 'a', outcomes: ['CONFIRMED'] }, go, false],
  [
    'all that it states holds',
    { to: 'a', intentLabel: 'x', condition: 'data.go', conditionFields: ['go'] },
    { ...go, intent: 'x' },
    true,
  ],
  ['all but the intent', { to: 'a', intentLabel: 'x', condition: 'data.go', conditionFields: ['go'] }, go, false],
  [
    'all but the condition',
    { to: 'a', intentLabel: 'x', condition: '!data.go', conditionFields: ['go'] },
    { ...go, intent: 'x' },
    false,
  ],
  [
    'all but the fields',
    { to: 'a', intentLabel: 'x', condition: 'data.go', conditionFields: ['y'] },
    { ...go, intent: 'x' },
    false,
  ],
])('3.2 a transition is TRUE when all that it states holds: %s', (_case, transition, draft, taken) => {
  expect(whereTo([transition], draft)).toBe(taken ? 'a' : 'hub');
});

test.each([
  ['CONFIRMED', 'a'],
  ['DECLINED', 'b'],
  ['ACTION_SUCCEEDED', 'c'],
] as const)('3.2 outcomes contain the step outcome: after %s', (kind, target) => {
  const step = { collectsProfileFields: [], isCheckpoint: true };
  const to = [
    { to: 'a', outcomes: ['CONFIRMED'] as const },
    { to: 'b', outcomes: ['DECLINED', 'ACTION_FAILED'] as const },
    { to: 'c', outcomes: ['ACTION_SUCCEEDED'] as const },
  ];
  expect(played(hub(to, step), [{}, { outcomes: [{ kind }] }])[1]?.transition('trip').targetStepId).toBe(target);
});

describe('3.2 triggers', () => {
  test('3.2 triggers: ON_COMPLETION needs the step done', () => {
    expect(whereTo([{ to: 'a', intentLabel: 'x' }], { intent: 'x' })).toBe('hub');
  });

  test('3.2 triggers: ANYTIME does not', () => {
    expect(whereTo([{ to: 'a', intentLabel: 'x', trigger: 'ANYTIME' }], { intent: 'x' })).toBe('a');
  });

  test('3.2 triggers: ANYTIME leads away from a checkpoint that awaits its confirmation, without passing it', () => {
    const step = { collectsProfileFields: [], isCheckpoint: true };
    const { talk } = started([hub([{ to: 'a', intentLabel: 'x', trigger: 'ANYTIME' }, 'b'], step)]);
    const turn = talk.turn({ intent: 'x' });
    expect(turn.transition('trip').targetStepId).toBe('a');
    expect(talk.instance('trip').irreversibleDone).toEqual([]);
  });

  test.each<[string, TurnDraft, string]>([
    ['DECLINED', declined, 'a'],
    ['ACTION_FAILED of a required action', { outcomes: [{ kind: 'ACTION_FAILED' }] }, 'b'],
  ])('3.2 triggers: ON_COMPLETION is allowed after %s although the step is not done', (_what, draft, target) => {
    const step = { isRequiredAction: true, toolIds: ['t'], collectsProfileFields: [] };
    const to = [
      { to: 'a', outcomes: ['DECLINED'] as const },
      { to: 'b', condition: 'outcome == "failed"' },
    ];
    expect(played(hub(to, step), [{}, draft])[1]?.transition('trip').targetStepId).toBe(target);
  });

  test('3.2 triggers: after DECLINED the default edge is not eligible, also where it has the highest priority', () => {
    const to = [
      { to: 'a', priority: 9 },
      { to: 'b', condition: 'true', priority: 8 },
      { to: 'c', outcomes: ['DECLINED'] as const },
    ];
    expect(whereTo(to, declined)).toBe('c');
  });

  test.each(['outcome == "declined"', 'outcome != ""'])(
    '3.2 triggers: after DECLINED a condition that reads outcome is eligible: %s',
    (condition) => {
      expect(whereTo([{ to: 'b', condition }], declined)).toBe('b');
    },
  );

  test('3.2 triggers: after ACTION_FAILED of a required action the default edge is not eligible and the action is tried again', () => {
    const step = { isRequiredAction: true, toolIds: ['t'], collectsProfileFields: [] };
    expect(said(hub(['a'], step), [{}, { outcomes: [{ kind: 'ACTION_FAILED' }] }])).toEqual([
      'ACTION_HINT t',
      'ACTION_HINT t',
    ]);
  });

  test('3.2 triggers: after ACTION_FAILED of another tool the default edge is taken', () => {
    const step = { toolIds: ['t'], collectsProfileFields: [] };
    expect(said(hub(['a'], step), [{}, { outcomes: [{ kind: 'ACTION_FAILED' }] }])).toEqual([
      'ACTION_HINT t',
      'INFORM a',
    ]);
  });
});

describe('3.2 order of evaluation', () => {
  /** Asks a, then b; at b: an ANYTIME to `x`, a default edge; everywhere: a global to `help`. */
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
  const at = (draft: TurnDraft) => played(corrected, [{}, { variables: { a: 1 } }, draft])[2]?.transition('trip');

  test('3.2 order: a TRUE ANYTIME transition comes before a correction and before ON_COMPLETION, whatever their priorities', () => {
    expect(at({ intent: 'x', variables: { a: 2, b: 1 } })).toMatchObject({
      targetStepId: 'x',
      transitionsTaken: ['b/2'],
    });
  });

  test('3.2 order: a TRUE global transition comes before a correction and before ON_COMPLETION', () => {
    expect(at({ intent: 'help', variables: { a: 2, b: 1 } })).toMatchObject({
      targetStepId: 'help',
      transitionsTaken: ['global/1'],
    });
  });

  test('3.2 order: the transitions of the step come before the global ones', () => {
    expect(at({ intent: 'x' })?.transitionsTaken).toEqual(['b/2']);
  });

  test('3.2 order: a correction comes before ON_COMPLETION transitions', () => {
    expect(at({ variables: { a: 2, b: 1 } })).toMatchObject({ reason: 'CORRECTED', transitionsTaken: ['a/1', 'b/1'] });
  });
});

describe('3.2 global transitions', () => {
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

  test('3.2 global: it leads from any step, done or not', () => {
    expect(said(support, [{}, agent])).toEqual(['ASK x', 'INFORM agent']);
  });

  test('3.2 global: it is not taken from its own target', () => {
    const staying = {
      ...support,
      steps: support.steps.map((step) => (step.stepId === 'agent' ? { ...step, to: [] } : step)),
    };
    const { talk } = started([staying]);
    talk.turn(agent);
    talk.turn({ intent: 'other' });
    const visits = talk.instance('trip').lastVisitNumber;
    expect(talk.turn(agent).transition('trip').targetStepId).toBe('agent');
    expect(talk.instance('trip').lastVisitNumber).toBe(visits);
  });

  test('3.2 global: it is not taken again before something that it reads has changed since', () => {
    expect(said(support, [{}, agent, agent, agent])).toEqual(['ASK x', 'INFORM agent', 'ASK x', 'ASK x']);
  });

  test('3.2 global: it is taken again once that has changed, also where it is the same again by then', () => {
    expect(said(support, [{}, agent, { intent: 'refund' }, agent])).toEqual([
      'ASK x',
      'INFORM agent',
      'ASK x',
      'INFORM agent',
    ]);
  });

  test('3.2 global: a change that is over before the instance moves again counts as well', () => {
    const other: ScenarioDraft = {
      scenarioId: 'other',
      steps: [{ stepId: 'o', collectsProfileFields: ['o', 'p'], to: ['end'] }, end],
    };
    const { talk } = started([support, other]);
    const about = (scenarioId: string): readonly SignalDraft[] => [['CONTINUE', scenarioId]];
    talk.turn({ ...agent, signals: about('trip') });
    talk.turn({ ...agent, signals: about('trip') });
    // The trip is quiet on this one.
    talk.turn({ intent: 'other', signals: about('other') });
    expect(talk.turn({ ...agent, signals: about('trip') }).transition('trip').targetStepId).toBe('agent');
  });

  test.each<[string, string, TurnDraft, TurnDraft, boolean]>([
    [
      'a field that its condition reads',
      'data.level > 1.0',
      { variables: { level: 2 } },
      { variables: { level: 3 } },
      true,
    ],
    [
      'a field that it does not read',
      'data.level > 1.0',
      { variables: { level: 2 } },
      { variables: { other: 3 } },
      false,
    ],
    [
      'frustration, which its condition reads',
      'frustration != ""',
      { situation: { frustrationLevel: 'low' } },
      { situation: { frustrationLevel: 'high' } },
      true,
    ],
    [
      'the message, which it does not read',
      'frustration != ""',
      { situation: { frustrationLevel: 'low' } },
      { message: 'hello', situation: { frustrationLevel: 'low' } },
      false,
    ],
    [
      'a field of the customer, which its condition reads',
      'customer.level > 1.0',
      { customer: { level: 2 } },
      { customer: { level: 3 } },
      true,
    ],
    [
      'nothing of the customer, which its condition reads',
      'customer.level > 1.0',
      { customer: { level: 2 } },
      { customer: { level: 2 } },
      false,
    ],
    [
      'what is requested, which its condition reads',
      'requested.size() > 0',
      { requested: ['price'] },
      { requested: ['date'] },
      true,
    ],
    ['the turn, which its condition reads', 'turn > 1', {}, {}, true],
    [
      'the intent, which it does not read',
      'frustration != ""',
      { intent: 'a', situation: { frustrationLevel: 'low' } },
      { intent: 'b', situation: { frustrationLevel: 'low' } },
      false,
    ],
    [
      'one of two fields that its condition reads',
      'data.level > 1.0 && data.other > 1.0',
      { variables: { level: 2, other: 2 } },
      { variables: { level: 3 } },
      true,
    ],
    [
      'a field whose name its condition makes',
      'data["le" + "vel"] > 1.0',
      { variables: { level: 2 } },
      { variables: { level: 3 } },
      true,
    ],
  ])('3.2 global: %s has changed', (_what, condition, first, second, again) => {
    const scenario = { ...support, globals: [{ to: 'agent', condition }] };
    const turns = said(scenario, [{}, first, first, second]);
    expect(turns).toEqual(['ASK x', 'INFORM agent', 'ASK x', again ? 'INFORM agent' : 'ASK x']);
  });

  test('3.2 global: the outcome that it states is among what it reads', () => {
    const steps = [
      { stepId: 'ask', collectsProfileFields: ['x'], to: ['pay'] },
      { ...support.steps[1], stepId: 'agent', to: ['pay'] },
      { stepId: 'pay', performsAction: true, requiresConfirmation: true, actionDescription: 'pay', to: ['end'] },
      end,
    ];
    const { talk } = started([{ ...support, steps, globals: [{ to: 'agent', outcomes: ['CONFIRMED'] }] }]);
    talk.turn({ variables: { x: 1 } });
    expect(talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).transition('trip').targetStepId).toBe('agent');
    expect(talk.turn().transition('trip').targetStepId).toBe('pay');
    expect(talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).transition('trip').targetStepId).toBe('agent');
  });

  test('3.2 global: what was taken is of no concern once the scenario is gone', () => {
    const { talk } = started([support]);
    talk.turn(agent);
    talk.remove('trip');
    expect(talk.turn(agent).actions).toEqual(['trip CANCEL SCENARIO_NOT_FOUND']);
  });

  test('3.2 global: one that states nothing is refused when stored', () => {
    expect(() => compiled({ ...support, globals: ['agent'] })).toThrow('GLOBAL_STATES_NOTHING');
  });

  test('3.2 global: one to a step that is not reachable from anywhere is refused when stored', () => {
    expect(() => compiled({ ...support, globals: [{ to: 'ask', intentLabel: 'x' }] })).toThrow(
      'GLOBAL_TARGET_NOT_REACHABLE',
    );
  });
});

describe('3.2 clears', () => {
  const again: ScenarioDraft = {
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

  test('3.2 clears: the fields become unknown, so that they are asked again', () => {
    expect(said(again, [{}, { variables: { reason: 'old' } }, declined])).toEqual([
      'ASK reason',
      'CONFIRM reason=old',
      'ASK reason',
    ]);
  });

  test('3.2 clears: not the values given this turn', () => {
    const turns = said(again, [{}, { variables: { reason: 'old' } }, { ...declined, variables: { reason: 'new' } }]);
    expect(turns.at(-1)).toBe('CONFIRM reason=new');
  });

  test('3.2 clears: not the same value given again this turn', () => {
    const turns = said(again, [{}, { variables: { reason: 'old' } }, { ...declined, variables: { reason: 'old' } }]);
    expect(turns.at(-1)).toBe('CONFIRM reason=old');
  });

  test('3.2 clears: what an older source still sends stays hidden, until a newer value comes', () => {
    const customer = { reason: 'profile' };
    expect(
      said(again, [{ customer }, { ...declined, customer }, { customer }, { customer, variables: { reason: 'new' } }]),
    ).toEqual(['CONFIRM reason=profile', 'ASK reason', 'ASK reason', 'CONFIRM reason=new']);
  });

  test('3.2 clears: a result of the instance goes as well', () => {
    const result: TurnDraft = {
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', results: { reason: 'found' } }],
    };
    expect(said(again, [{}, result, declined]).slice(1)).toEqual(['CONFIRM reason=found', 'ASK reason']);
  });

  test('3.2 clears: the decision tells the fields, and other instances see it from the next turn on', () => {
    const other: ScenarioDraft = {
      scenarioId: 'other',
      whenNotAddressed: 'CONTRIBUTE',
      steps: [{ stepId: 'sign', isCheckpoint: true, confirmsFields: ['reason'], to: ['end'] }, end],
    };
    const talk = new Conversation([again, other], { settings: { maxConfirmsPerTurn: 2 } });
    talk.turn({ candidates: { trip: 0.9, other: 0.8 }, variables: { reason: 'old' } });
    const turn = talk.turn({ outcomes: [{ kind: 'DECLINED', instanceId: 'trip#1' }] });
    expect(turn.transition('trip').clearedFields).toEqual(['reason']);
    expect([...turn.plan].sort()).toEqual(['other CONFIRM reason=old', 'trip ASK reason']);
    expect([...talk.turn().plan].sort()).toEqual(['other CONFIRM ', 'trip ASK reason']);
  });

  test('3.2 clears: a transition that is not taken clears nothing', () => {
    const turns = said(again, [{}, { variables: { reason: 'old' } }, { outcomes: [{ kind: 'CONFIRMED' }] }]);
    expect(turns.at(-1)).toBe('INFORM bye');
  });
});

test('3.2 leaving: a self-transition leads to the same step with a new visit', () => {
  const { talk } = started([
    hub([{ to: 'hub', conditionFields: ['old'], clears: ['old'] }, 'end'], {
      collectsProfileFields: ['go', 'old'],
      canSkip: false,
    }),
  ]);
  talk.turn({ variables: { old: 1 } });
  const turn = talk.turn(go);
  expect(turn.transition('trip')).toMatchObject({
    sourceStepId: 'hub',
    targetStepId: 'hub',
    transitionsTaken: ['hub/1'],
    visitNumber: 2,
  });
  expect(turn.plan).toEqual(['trip ASK go,old']);
});
