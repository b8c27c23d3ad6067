import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { listContributions, playTurns, startScenarios } from '../../support/play-turns';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

const createScenario = (step: Omit<StepDraft, 'stepId'>, scenario: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  name: 'Scenario',
  ...scenario,
  steps: [{ stepId: 'step', name: 'Step', to: ['end'], ...step }, end],
});
const steps = {
  CONFIRM: { isCheckpoint: true },
  ASK: { collectsProfileFields: ['x'] },
  ACTION_HINT: { toolIds: ['t'] },
  INFORM: { templateIds: ['text'] },
  NONE: { to: [{ to: 'end', intentLabel: 'never' }] },
} as const;

test.each<[string, TurnDraft]>([
  ['PAUSE', { signals: ['PAUSE'] }],
  ['COMPLETE', { signals: ['COMPLETE'] }],
  ['CANCEL', { signals: ['CANCEL'] }],
])('4: an instance with %s contributes nothing', (action, draft) => {
  const [, turn] = playTurns(createScenario(steps.ASK), [{}, draft]);
  expect(turn?.lifecycle('s').action).toBe(action);
  expect(turn?.plan).toEqual([]);
});

test('4: each instance with CONTINUE or START contributes from the step where its walk ended', () => {
  const { conversation } = startScenarios([createScenario(steps.ASK)]);
  conversation.store(createScenario(steps.INFORM, { scenarioId: 'new' }));
  const turn = conversation.turn({ candidates: { new: 0.9 }, variables: { x: 1 } });
  expect(turn.plan).toEqual(['new INFORM text', 's INFORM bye']);
});

describe('ASK', () => {
  const pair = { collectsProfileFields: ['a', 'b'] };
  const known = { customer: { a: 1 } };

  test('4: an ASK lists the missing fields in the order of the step', () => {
    const [first] = playTurns(createScenario({ collectsProfileFields: ['c', 'a', 'b'] }), [known]);
    expect(first?.contribution('s')).toMatchObject({ fieldsToAsk: ['c', 'b'], knownValues: new Map() });
  });

  test('4: the first ASK of a step that cannot be skipped lists all fields, with the known values', () => {
    const [first] = playTurns(createScenario({ ...pair, canSkip: false }), [known]);
    expect(first?.contribution('s')).toMatchObject({ fieldsToAsk: ['a', 'b'], knownValues: new Map([['a', 1]]) });
  });

  test('4: a step that cannot be skipped lists all fields until its ASK is answered, then only the missing ones', () => {
    const turns = playTurns(createScenario({ ...pair, canSkip: false }), [known, known, { variables: { a: 1 } }]);
    expect(turns[1]?.contribution('s')).toMatchObject({
      fieldsToAsk: ['a', 'b'],
      knownValues: new Map([['a', 1]]),
      isReprompt: true,
    });
    expect(turns[2]?.contribution('s')).toMatchObject({ fieldsToAsk: ['b'], knownValues: new Map(), isReprompt: true });
  });

  test('4: an ASK that repeats a field in the same visit is a reprompt', () => {
    const turns = playTurns(createScenario(pair), [{}, { variables: { a: 1 } }]);
    expect(turns.map((turn) => turn.contribution('s').isReprompt)).toEqual([false, true]);
  });

  test('4: an ASK for a transition lists the fields that the transition is missing', () => {
    const scenario = createScenario({ to: [{ to: 'end', conditionFields: ['z'] }] }, { requires: { z: 'SOFT' } });
    const [first] = playTurns(scenario, [{}]);
    expect(first?.contribution('s')).toMatchObject({ type: 'ASK', fieldsToAsk: ['z'], isReprompt: false });
  });
});

describe('CONFIRM', () => {
  test.each([
    [{ checkpointDescription: 'Pay 5', description: 'Pays', name: 'Payment' }, 'Pay 5'],
    [{ description: 'Pays', name: 'Payment' }, 'Pays'],
    [{ name: 'Payment' }, 'Payment'],
    [{ name: '' }, 'step'],
  ])('4: action_to_confirm of %j is "%s"', (texts, action) => {
    const [first] = playTurns(createScenario({ ...steps.CONFIRM, ...texts }), [{}]);
    expect(first?.contribution('s')).toMatchObject({ confirmKind: 'STEP', actionToConfirm: action, choices: [] });
  });

  test('4: a CONFIRM has the values to confirm, and its repetition is a reprompt', () => {
    const turns = playTurns(createScenario({ ...steps.CONFIRM, confirmsFields: ['x', 'y'] }), [
      { variables: { x: 1 } },
      {},
    ]);
    expect(turns[0]?.contribution('s')).toMatchObject({ valuesToConfirm: new Map([['x', 1]]), isReprompt: false });
    expect(turns[1]?.contribution('s').isReprompt).toBe(true);
  });

  // Two more fields are collected and not known. Up to 64 collected fields are looked up one by one.
  test.each([1, 62, 63, 200])(
    '4: a CONFIRM without confirms_fields has the values of the %i known fields that the scenario collects, by name',
    (count) => {
      const collects = Array.from({ length: count }, (_, index) => `f${count - index}`);
      const collecting: StepDraft = { stepId: 'later', collectsProfileFields: [...collects, 'gone', 'unknown'] };
      const scenario = createScenario(steps.CONFIRM);
      const [first] = playTurns({ ...scenario, steps: [...scenario.steps, collecting] }, [
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

test('4: an ACTION_HINT lists the tools in depends_on order, with their timing, effect and variables', () => {
  const toolBindings = [
    { toolId: 'pay', timing: 'AFTER_STEP', effect: 'WRITE', variableNames: ['receipt'], dependsOn: ['check', 'fees'] },
    { toolId: 'fees', timing: 'DURING_STEP', variableNames: [], dependsOn: ['check'] },
    { toolId: 'check', timing: 'BEFORE_STEP', variableNames: ['ok', 'limit'], dependsOn: [] },
  ] as const;
  const [first] = playTurns(createScenario({ toolBindings, toolIds: ['bare'] }), [{}]);
  expect(first?.contribution('s')).toMatchObject({
    tools: [
      { toolId: 'check', timing: 'BEFORE_STEP', effect: 'READ', variableNames: ['ok', 'limit'] },
      { toolId: 'fees', timing: 'DURING_STEP', effect: 'READ', variableNames: [] },
      { toolId: 'pay', timing: 'AFTER_STEP', effect: 'WRITE', variableNames: ['receipt'] },
      { toolId: 'bare', timing: 'DURING_STEP', effect: 'READ', variableNames: [] },
    ],
  });
});

test('4: an INFORM lists all template ids', () => {
  expect(listContributions(createScenario({ templateIds: ['b', 'a'] }), [{}])).toEqual(['INFORM b,a']);
});

describe('the fields of a contribution', () => {
  const common = {
    scenarioId: 's',
    scenarioName: 'Sample',
    instanceId: 's#1',
    isReprompt: false,
    isReminder: false,
    leadInTemplateIds: [],
    deferred: false,
    deferredBehindScenarioId: '',
    sharedFields: [],
  };
  const named = { name: 'Sample' };

  test('4: an ASK has the fields to ask for and their known values', () => {
    const conversation = startConversation([asking('s', ['x'], named)]);
    expect(conversation.turn().contribution('s')).toEqual({
      ...common,
      stepId: 'ask_x',
      stepName: 'ask_x',
      priority: 40,
      isReprompt: true,
      type: 'ASK',
      fieldsToAsk: ['x'],
      knownValues: new Map(),
      deferredFields: [],
      fieldTexts: [],
      rejectedValues: [],
    });
  });

  test('4: a CONFIRM has the action, the values to confirm and the action_key', () => {
    const conversation = new Conversation([confirming('s', { ...named, confirms: ['x'] })]);
    const played = conversation.turn({ candidates: { s: 0.9 }, variables: { x: 1, y: 2 } });
    expect(played.contribution('s')).toEqual({
      ...common,
      stepId: 'confirm',
      stepName: 'confirm',
      priority: 50,
      type: 'CONFIRM',
      confirmKind: 'STEP',
      actionToConfirm: 's confirmed',
      valuesToConfirm: new Map([['x', 1]]),
      choices: [],
      actionKey: 's#1/confirm/1',
    });
  });

  test('4: an ACTION_HINT has the tools and the action_key', () => {
    const conversation = new Conversation([acting('s', named)]);
    expect(conversation.turn({ candidates: { s: 0.9 } }).contribution('s')).toEqual({
      ...common,
      stepId: 'act',
      stepName: 'act',
      priority: 30,
      type: 'ACTION_HINT',
      tools: [expect.objectContaining({ toolId: 's_tool' })],
      actionKey: 's#1/act/1',
    });
  });

  test('4: an INFORM has the template ids', () => {
    const conversation = new Conversation([{ ...named, scenarioId: 's', steps: [end] }]);
    expect(conversation.turn({ candidates: { s: 0.9 } }).contribution('s')).toEqual({
      ...common,
      stepId: 'end',
      stepName: 'end',
      priority: 20,
      type: 'INFORM',
      templateIds: ['bye'],
    });
  });

  test('4: a NONE has what the instance waits for, whether the instance walked or is quiet', () => {
    const none = { ...common, stepId: 'wait', stepName: 'wait', priority: 0, type: 'NONE', waitsFor: 'NOTHING' };
    const conversation = new Conversation([silent('s', named), asking('t', ['x', 'y'])]);
    expect(conversation.turn({ candidates: { s: 0.9, t: 0.8 } }).contribution('s')).toEqual(none);
    const quiet = conversation.turn({ variables: { x: 1 } });
    expect([quiet.lifecycle('s').reason, quiet.contribution('s')]).toEqual(['QUIET', none]);
  });

  test('4: a NONE of a quiet instance has the priorities of its scenario and step', () => {
    const steps = silent('s').steps.map((step) => ({ ...step, name: 'Waiting', priority: 2 }));
    const conversation = new Conversation([
      { scenarioId: 's', name: 'Sample', priority: 3, steps },
      asking('t', ['x', 'y']),
    ]);
    conversation.turn({ candidates: { s: 0.9, t: 0.8 } });
    expect(conversation.turn({ variables: { x: 1 } }).contribution('s')).toMatchObject({
      scenarioName: 'Sample',
      stepName: 'Waiting',
      priority: 5,
    });
  });
});
