import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { Conversation } from '../../support/conversation';
import { played, said, started } from '../../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const of = (step: Omit<StepDraft, 'stepId'>, scenario: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  name: 'Scenario',
  ...scenario,
  steps: [{ stepId: 'step', name: 'Step', to: ['end'], ...step }, end],
});
const stage = {
  CONFIRM: { isCheckpoint: true },
  ASK: { collectsProfileFields: ['x'] },
  ACTION_HINT: { toolIds: ['t'] },
  INFORM: { templateIds: ['text'] },
  NONE: { to: [{ to: 'end', intentLabel: 'never' }] },
} as const;
type Type = keyof typeof stage;
const types: readonly Type[] = ['CONFIRM', 'ASK', 'ACTION_HINT', 'INFORM', 'NONE'];

test.each(types)('4 contributions: %s carries scenario, instance and step, id and name', (type) => {
  const [first] = played(of(stage[type]), [{}]);
  expect(first?.contribution('s')).toMatchObject({
    type,
    scenarioId: 's',
    scenarioName: 'Scenario',
    instanceId: 's#1',
    stepId: 'step',
    stepName: 'Step',
    isReprompt: false,
    deferred: false,
    sharedFields: [],
  });
});

test.each(types)('4 contributions: %s carries the fields of its own type only', (type) => {
  const own: Readonly<Record<Type, readonly string[]>> = {
    CONFIRM: ['actionKey', 'actionToConfirm', 'choices', 'confirmKind', 'valuesToConfirm'],
    ASK: ['deferredFields', 'fieldsToAsk', 'knownValues'],
    ACTION_HINT: ['actionKey', 'tools'],
    INFORM: ['templateIds'],
    NONE: [],
  };
  const [none] = played(of(stage.NONE), [{}]);
  const common = new Set(Object.keys(none?.contribution('s') ?? {}));
  const [first] = played(of(stage[type]), [{}]);
  expect(
    Object.keys(first?.contribution('s') ?? {})
      .filter((key) => !common.has(key))
      .sort(),
  ).toEqual(own[type]);
});

test.each<[string, TurnDraft]>([
  ['PAUSE', { signals: ['PAUSE'] }],
  ['COMPLETE', { signals: ['COMPLETE'] }],
  ['CANCEL', { signals: ['CANCEL'] }],
])('4 contributions: %s contributes nothing', (action, draft) => {
  const [, turn] = played(of(stage.ASK), [{}, draft]);
  expect(turn?.lifecycle('s').action).toBe(action);
  expect(turn?.plan).toEqual([]);
});

test('4 contributions: one for each instance with CONTINUE or START, from the step where the walk left it', () => {
  const { talk } = started([of(stage.ASK)]);
  talk.store(of(stage.INFORM, { scenarioId: 'new' }));
  const turn = talk.turn({ candidates: { new: 0.9 }, variables: { x: 1 } });
  expect(turn.plan).toEqual(['new INFORM text', 's INFORM bye']);
});

describe('4 ASK', () => {
  const pair = { collectsProfileFields: ['a', 'b'] };
  const known = { customer: { a: 1 } };

  test('4 ASK: it asks for the missing fields, in the order of the step', () => {
    const [first] = played(of({ collectsProfileFields: ['c', 'a', 'b'] }), [known]);
    expect(first?.contribution('s')).toMatchObject({ fieldsToAsk: ['c', 'b'], knownValues: new Map() });
  });

  test('4 ASK: a step that may not be skipped and was not asked yet asks for all, with what is known', () => {
    const [first] = played(of({ ...pair, canSkip: false }), [known]);
    expect(first?.contribution('s')).toMatchObject({ fieldsToAsk: ['a', 'b'], knownValues: new Map([['a', 1]]) });
  });

  test('4 ASK: once it was asked only the missing ones', () => {
    const [, second] = played(of({ ...pair, canSkip: false }), [known, known]);
    expect(second?.contribution('s')).toMatchObject({ fieldsToAsk: ['b'], knownValues: new Map(), isReprompt: true });
  });

  test('4 ASK: repeating a field in the same visit is a reprompt', () => {
    const turns = played(of(pair), [{}, { variables: { a: 1 } }]);
    expect(turns.map((turn) => turn.contribution('s').isReprompt)).toEqual([false, true]);
  });

  test('4 ASK: for a condition it asks what the condition misses', () => {
    const [first] = played(of({ to: [{ to: 'end', conditionFields: ['z'] }] }), [{}]);
    expect(first?.contribution('s')).toMatchObject({ type: 'ASK', fieldsToAsk: ['z'], isReprompt: false });
  });
});

describe('4 CONFIRM', () => {
  test.each([
    [{ checkpointDescription: 'Pay 5', description: 'Pays', name: 'Payment' }, 'Pay 5'],
    [{ description: 'Pays', name: 'Payment' }, 'Pays'],
    [{ name: 'Payment' }, 'Payment'],
    [{ name: '' }, 'step'],
  ])(
    '4 CONFIRM: what is to be confirmed is the checkpoint description, else the description, else the name: %#',
    (texts, action) => {
      const [first] = played(of({ ...stage.CONFIRM, ...texts }), [{}]);
      expect(first?.contribution('s')).toMatchObject({ confirmKind: 'STEP', actionToConfirm: action, choices: [] });
    },
  );

  test('4 CONFIRM: it carries the values that it confirms and says when it repeats itself', () => {
    const turns = played(of({ ...stage.CONFIRM, confirmsFields: ['x', 'y'] }), [{ variables: { x: 1 } }, {}]);
    expect(turns[0]?.contribution('s')).toMatchObject({ valuesToConfirm: new Map([['x', 1]]), isReprompt: false });
    expect(turns[1]?.contribution('s').isReprompt).toBe(true);
  });

  // With two that are not known it collects 64, and one more: there it begins to go by what is known.
  test.each([1, 62, 63, 200])(
    '4 CONFIRM: without fields of its own it shows the %i known ones of those that it collects, by name',
    (count) => {
      const collects = Array.from({ length: count }, (_, index) => `f${count - index}`);
      const collecting: StepDraft = { stepId: 'later', collectsProfileFields: [...collects, 'gone', 'unknown'] };
      const scenario = of(stage.CONFIRM);
      const [first] = played({ ...scenario, steps: [...scenario.steps, collecting] }, [
        {
          customer: { ...Object.fromEntries(collects.map((field) => [field, 'c'])), gone: 'c', elsewhere: 'c' },
          patch: { f1: 's' },
          variables: { gone: null },
        },
      ]);
      const shown = collects.sort().map((field) => `${field}=${field === 'f1' ? 's' : 'c'}`);
      expect(first?.plan).toEqual([`s CONFIRM ${shown.join(',')}`]);
    },
  );
});

test('4 ACTION_HINT: tools come in depends_on order, with timing and the variables that they fill', () => {
  const toolBindings = [
    { toolId: 'pay', timing: 'AFTER_STEP', variableNames: ['receipt'], dependsOn: ['check', 'fees'] },
    { toolId: 'fees', timing: 'DURING_STEP', variableNames: [], dependsOn: ['check'] },
    { toolId: 'check', timing: 'BEFORE_STEP', variableNames: ['ok', 'limit'], dependsOn: [] },
  ] as const;
  const [first] = played(of({ toolBindings, toolIds: ['bare'] }), [{}]);
  expect(first?.contribution('s')).toMatchObject({
    tools: [
      { toolId: 'check', timing: 'BEFORE_STEP', variableNames: ['ok', 'limit'] },
      { toolId: 'fees', timing: 'DURING_STEP', variableNames: [] },
      { toolId: 'pay', timing: 'AFTER_STEP', variableNames: ['receipt'] },
      { toolId: 'bare', timing: 'DURING_STEP', variableNames: [] },
    ],
  });
});

test('4 INFORM: all template ids', () => {
  expect(said(of({ templateIds: ['b', 'a'] }), [{}])).toEqual(['INFORM b,a']);
});

describe('4.1 priority', () => {
  const base = { CONFIRM: 50, ASK: 40, ACTION_HINT: 30, INFORM: 20, NONE: 0 };
  const priority = (scenario: ScenarioDraft, draft: TurnDraft = {}): number | undefined =>
    played(scenario, [draft])[0]?.contribution('s').priority;

  test.each(types)('4.1 priority: scenario priority + step priority + the base of %s', (type) => {
    expect(priority(of({ ...stage[type], priority: 7 }, { priority: 100 }))).toBe(107 + base[type]);
  });

  test('4.1 priority: negative ones are subtracted', () => {
    expect(priority(of({ ...stage.ASK, priority: -50 }, { priority: -5 }))).toBe(-15);
  });

  test.each<[string, TurnDraft['rules'] & object, number]>([
    ['of its scenario', [{ scope: 'SCENARIO', scopeId: 's', priority: 3 }], 3],
    ['of its step', [{ scope: 'STEP', scopeId: 'step', priority: 4 }], 4],
    ['of its step in its scenario', [{ scope: 'STEP', scopeId: 'step', scopeScenarioId: 's', priority: 4 }], 4],
    ['of that step in another scenario', [{ scope: 'STEP', scopeId: 'step', scopeScenarioId: 'o', priority: 4 }], 0],
    ['of another scenario', [{ scope: 'SCENARIO', scopeId: 'o', priority: 3 }], 0],
    ['of another step', [{ scope: 'STEP', scopeId: 'o', priority: 3 }], 0],
    ['that is global', [{ scope: 'GLOBAL', priority: 9 }], 0],
    [
      'of several the highest',
      [
        { scope: 'SCENARIO', scopeId: 's', priority: 3 },
        { scope: 'STEP', scopeId: 'step', priority: 8 },
      ],
      8,
    ],
    ['with a negative priority', [{ scope: 'SCENARIO', scopeId: 's', priority: -3 }], -3],
  ])('4.1 priority: an applied rule %s adds %#', (_what, rules, more) => {
    expect(priority(of(stage.ASK), { rules })).toBe(40 + more);
  });
});

describe('4.1 order', () => {
  const scenario = (scenarioId: string, type: Type, more: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
    ...of(type === 'ASK' ? { collectsProfileFields: [scenarioId] } : stage[type]),
    whenNotAddressed: 'CONTRIBUTE',
    ...more,
    scenarioId,
  });

  test('4.1 order: priority high first', () => {
    const { first } = started([
      scenario('a', 'INFORM'),
      scenario('b', 'CONFIRM'),
      scenario('c', 'ASK', { priority: 20 }),
      scenario('d', 'NONE'),
    ]);
    expect(first.plan).toEqual(['c ASK c', 'b CONFIRM ', 'a INFORM text', 'd NONE']);
    expect(first.result.plan.activeScenarioIds).toEqual(['c', 'b', 'a', 'd']);
  });

  test('4.1 order: then the last activity, newest first', () => {
    const talk = new Conversation([scenario('a', 'ASK'), scenario('b', 'ASK')]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ candidates: { b: 0.9 } }).plan).toEqual(['b ASK b', 'a ASK a']);
    expect(talk.turn({ signals: [['CONTINUE', 'a']] }).plan).toEqual(['a ASK a', 'b ASK b']);
  });

  test('4.1 order: then the scenario id', () => {
    expect(started([scenario('b', 'ASK'), scenario('a', 'ASK')]).first.plan).toEqual(['a ASK a', 'b ASK b']);
  });

  test('4.1 primary: the first that is not NONE', () => {
    const { first } = started([scenario('a', 'NONE', { priority: 90 }), scenario('b', 'ASK')]);
    expect(first.result.plan).toMatchObject({ primaryScenarioId: 'b', activeScenarioIds: ['a', 'b'] });
  });

  test('4.1 primary: where all are NONE the first; where there is none, none', () => {
    expect(started([scenario('b', 'NONE'), scenario('a', 'NONE')]).first.result.plan.primaryScenarioId).toBe('a');
    expect(new Conversation([]).turn().result.plan).toMatchObject({ primaryScenarioId: '', activeScenarioIds: [] });
  });
});

describe('4.3 flags', () => {
  test.each(types)('4.3 flags: of %s', (type) => {
    const [first] = played(of(stage[type]), [{}]);
    expect(first?.result.plan).toMatchObject({
      hasConfirms: type === 'CONFIRM',
      hasAsks: type === 'ASK',
      hasActionHints: type === 'ACTION_HINT',
      hasInforms: type === 'INFORM',
    });
  });

  test('4.3 flags: what is deferred does not count', () => {
    const confirm = of(stage.CONFIRM);
    const [first] = played(confirm, [{}], { settings: { maxConfirmsPerTurn: 0 } });
    expect(first?.plan).toEqual(['(deferred) s CONFIRM ']);
    expect(first?.result.plan.hasConfirms).toBe(false);
  });
});
