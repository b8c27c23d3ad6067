import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { startScenarios } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
/** Asks for fields and contributes on every turn. */
const createAsking = (
  scenarioId: string,
  fields: readonly string[],
  priority: number,
  step: Partial<StepDraft> = {},
): ScenarioDraft => ({
  scenarioId,
  priority,
  whenNotAddressed: 'CONTRIBUTE',
  steps: [{ stepId: 'ask', collectsProfileFields: fields, to: ['end'], ...step }, end],
});
const createConfirming = (scenarioId: string, priority: number): ScenarioDraft => ({
  scenarioId,
  priority,
  whenNotAddressed: 'CONTRIBUTE',
  steps: [{ stepId: 'confirm', isCheckpoint: true, to: ['end'] }, end],
});
const confirm = (scenarioId: string): TurnDraft => ({
  outcomes: [{ kind: 'CONFIRMED', instanceId: `${scenarioId}#1` }],
});

describe('shared fields', () => {
  test('4.2: a field of two scenarios is asked once, by the scenario with the higher priority', () => {
    const { first } = startScenarios([
      createAsking('low', ['phone', 'date'], 1),
      createAsking('high', ['phone', 'order'], 2),
    ]);
    expect(first.plan).toEqual(['high ASK phone,order', 'low ASK date']);
    expect(first.contribution('low')).toMatchObject({
      sharedFields: ['phone'],
      deferredFields: [],
      deferred: false,
      deferredBehindScenarioId: '',
    });
    expect(first.contribution('high').sharedFields).toEqual([]);
  });

  test('4.2: an ASK without own fields becomes a NONE that lists its shared fields', () => {
    const { first } = startScenarios([createAsking('low', ['phone'], 1), createAsking('high', ['phone'], 2)]);
    expect(first.plan).toEqual(['high ASK phone', 'low NONE']);
    expect(first.contribution('low')).toEqual({
      type: 'NONE',
      scenarioId: 'low',
      scenarioName: 'low',
      instanceId: 'low#1',
      stepId: 'ask',
      stepName: 'ask',
      priority: 1,
      isReprompt: false,
      isReminder: false,
      leadInTemplateIds: [],
      waitsFor: 'ANSWER',
      deferred: false,
      deferredBehindScenarioId: '',
      sharedFields: ['phone'],
    });
  });

  test('4.2: a NONE that replaces an ASK is ordered by its new priority', () => {
    const inform: ScenarioDraft = {
      scenarioId: 'tip',
      priority: 5,
      steps: [{ stepId: 'tip', templateIds: ['tip'], to: ['end'] }, end],
    };
    const { first } = startScenarios([createAsking('low', ['phone'], 1), createAsking('high', ['phone'], 2), inform]);
    expect(first.plan).toEqual(['high ASK phone', 'tip INFORM tip', 'low NONE']);
  });

  test('4.2: the answer to a shared field advances both instances', () => {
    const low = createAsking('low', ['phone'], 1, { canSkip: false });
    const { conversation } = startScenarios([low, createAsking('high', ['phone'], 2)]);
    expect(conversation.turn({ variables: { phone: '1' } }).plan).toEqual(['high INFORM bye', 'low INFORM bye']);
  });

  test('4.2: an unanswered shared field counts as an attempt of both instances', () => {
    const { conversation } = startScenarios([createAsking('low', ['phone'], 1), createAsking('high', ['phone'], 2)]);
    conversation.turn();
    expect([conversation.instance('low').attempts, conversation.instance('high').attempts]).toEqual([1, 1]);
  });
});

describe('max_confirms_per_turn', () => {
  const two = [createConfirming('low', 1), createConfirming('high', 2)];

  test('4.2: a second CONFIRM is deferred behind the first', () => {
    const { first } = startScenarios(two);
    expect(first.plan).toEqual(['high CONFIRM ', '(deferred) low CONFIRM ']);
    expect(first.contribution('low')).toMatchObject({ deferred: true, deferredBehindScenarioId: 'high' });
    expect(first.contribution('high')).toMatchObject({ deferred: false, deferredBehindScenarioId: '' });
  });

  test('4.2: both CONFIRMs are made if max_confirms_per_turn is 2', () => {
    expect(startScenarios(two, {}, { settings: { maxConfirmsPerTurn: 2 } }).first.plan).toEqual([
      'high CONFIRM ',
      'low CONFIRM ',
    ]);
  });

  test('4.2: a CONFIRMED for a deferred CONFIRM is ignored', () => {
    const { conversation } = startScenarios(two);
    const turn = conversation.turn(confirm('low'));
    expect(turn.result.ignoredOutcomes).toHaveLength(1);
    expect(conversation.instance('low').irreversibleDone).toEqual([]);
    expect(turn.contribution('low').isReprompt).toBe(false);
  });

  test('4.2: a deferred CONFIRM is made after the first one is answered', () => {
    const { conversation } = startScenarios(two);
    expect(conversation.turn(confirm('high')).plan).toEqual(['low CONFIRM ', 'high INFORM bye']);
    expect(conversation.turn(confirm('low')).contribution('low').type).toBe('INFORM');
  });

  test('4.2: an ASK is not deferred behind a CONFIRM', () => {
    expect(startScenarios([createAsking('low', ['x'], 1), createConfirming('high', 2)]).first.plan).toEqual([
      'high CONFIRM ',
      'low ASK x',
    ]);
  });
});

describe('max_fields_to_ask_per_turn', () => {
  const limitFields = (maxFieldsToAskPerTurn: number) => ({ settings: { maxFieldsToAskPerTurn } });

  test('4.2: max_fields_to_ask_per_turn = 0 sets no limit', () => {
    expect(startScenarios([createAsking('s', ['a', 'b', 'c'], 0)]).first.plan).toEqual(['s ASK a,b,c']);
  });

  test('4.2: an ASK above the limit is split, and its other fields are deferred behind the same scenario', () => {
    const { conversation, first } = startScenarios([createAsking('s', ['a', 'b', 'c'], 0)], {}, limitFields(2));
    expect(first.contribution('s')).toMatchObject({
      deferred: false,
      deferredBehindScenarioId: 's',
      fieldsToAsk: ['a', 'b'],
      deferredFields: ['c'],
    });
    expect(conversation.turn({ variables: { a: 1, b: 2 } }).contribution('s')).toMatchObject({
      fieldsToAsk: ['c'],
      deferredFields: [],
      deferredBehindScenarioId: '',
      isReprompt: false,
    });
  });

  test('4.2: a step that cannot be skipped asks for deferred fields after the first ones are answered', () => {
    const { conversation, first } = startScenarios(
      [createAsking('s', ['a', 'b'], 0, { canSkip: false })],
      { variables: { a: 1 } },
      limitFields(1),
    );
    expect(first.contribution('s')).toMatchObject({
      fieldsToAsk: ['a'],
      knownValues: new Map([['a', 1]]),
      deferredFields: ['b'],
    });
    expect(conversation.turn({ variables: { a: 1 } }).contribution('s')).toMatchObject({
      fieldsToAsk: ['b'],
      knownValues: new Map(),
      deferredFields: [],
    });
    expect(conversation.turn({ variables: { b: 2 } }).plan).toEqual(['s INFORM bye']);
  });

  test('4.2: a split ASK has the known values of the fields that it asks for only', () => {
    const { first } = startScenarios(
      [createAsking('s', ['a', 'b', 'c'], 0, { canSkip: false })],
      { variables: { a: 1, b: 2 } },
      limitFields(1),
    );
    expect(first.contribution('s')).toMatchObject({ fieldsToAsk: ['a'], knownValues: new Map([['a', 1]]) });
  });

  test('4.2: the limit applies to all scenarios together, and an ASK without remaining fields is deferred', () => {
    const { first } = startScenarios(
      [createAsking('low', ['c', 'd'], 1), createAsking('mid', ['b', 'e'], 2), createAsking('high', ['a'], 3)],
      {},
      limitFields(2),
    );
    expect(first.plan).toEqual(['high ASK a', 'mid ASK b', '(deferred) low ASK ']);
    expect(first.contribution('mid')).toMatchObject({ deferredFields: ['e'] });
    expect(first.contribution('low')).toMatchObject({
      deferred: true,
      deferredFields: ['c', 'd'],
      deferredBehindScenarioId: 'mid',
    });
  });

  test('4.2: a shared field counts once against the limit', () => {
    const { first } = startScenarios(
      [createAsking('low', ['a', 'b'], 1), createAsking('high', ['a'], 2)],
      {},
      limitFields(2),
    );
    expect(first.plan).toEqual(['high ASK a', 'low ASK b']);
  });

  test('4.2: a field of a deferred ASK is not shared', () => {
    const { first } = startScenarios(
      [createAsking('low', ['b'], 1), createAsking('mid', ['b'], 2), createAsking('high', ['a'], 3)],
      {},
      limitFields(1),
    );
    expect(first.plan).toEqual(['high ASK a', '(deferred) mid ASK ', '(deferred) low ASK ']);
    expect(first.contribution('low').sharedFields).toEqual([]);
  });

  test('4.2: a deferred ASK does not count as an attempt, and its fields do not count as asked', () => {
    const { conversation } = startScenarios(
      [createAsking('low', ['b'], 1), createAsking('high', ['a'], 2)],
      {},
      limitFields(1),
    );
    conversation.turn();
    expect(conversation.instance('low')).toMatchObject({ attempts: 0, requests: [] });
    expect(conversation.instance('high').attempts).toBe(1);
  });

  test('4.2: a deferred ASK does not finish the collect stage', () => {
    const low = createAsking('low', ['b'], 1, { canSkip: false });
    const { conversation } = startScenarios([low, createAsking('high', ['a'], 2)], {}, limitFields(1));
    // The field is known, but the step cannot be skipped and has not asked.
    expect(conversation.turn({ variables: { b: 1 } }).plan).toEqual(['high ASK a', '(deferred) low ASK ']);
    expect(conversation.turn({ variables: { a: 1 } }).plan).toEqual(['low ASK b', 'high INFORM bye']);
  });

  test('4.3: has_asks is set if one of two ASKs is deferred', () => {
    const { first } = startScenarios(
      [createAsking('low', ['b'], 1), createAsking('high', ['a'], 2)],
      {},
      limitFields(1),
    );
    expect(first.result.plan.hasAsks).toBe(true);
  });
});

describe('an ASK with shared and deferred fields', () => {
  const createStrict = (scenarioId: string, fields: readonly string[], priority: number): ScenarioDraft => ({
    scenarioId,
    priority,
    steps: [{ stepId: 'ask', collectsProfileFields: fields, canSkip: false, to: ['end'] }, end],
  });
  const startBoth = () =>
    startScenarios(
      [createStrict('high', ['a'], 2), createStrict('low', ['a', 'b'], 1)],
      {},
      { settings: { maxFieldsToAskPerTurn: 1 } },
    );

  test('4.2: a deferred ASK asks for nothing and shares nothing', () => {
    expect(startBoth().first.contribution('low')).toMatchObject({
      type: 'ASK',
      deferred: true,
      deferredBehindScenarioId: 'high',
      fieldsToAsk: [],
      sharedFields: [],
      deferredFields: ['a', 'b'],
    });
  });

  test('4.2: a deferred ASK was not put: it is not open and does not count as an attempt', () => {
    const { conversation } = startBoth();
    conversation.turn();
    expect(conversation.instance('low')).toMatchObject({
      attempts: 0,
      requests: [],
      deferredBehindScenarioId: 'high',
      waitsFor: 'ANSWER',
    });
    expect(conversation.instance('high').attempts).toBe(1);
  });

  test('4.2: a deferred ASK is put once its rival is answered, with the known values of a step that cannot be skipped', () => {
    const { conversation } = startBoth();
    expect(conversation.turn({ variables: { a: 1 } }).contribution('low')).toMatchObject({
      deferred: false,
      fieldsToAsk: ['a'],
      knownValues: new Map([['a', 1]]),
      deferredFields: ['b'],
      isReprompt: false,
    });
    // Its rest waits for the ASK that was put.
    expect(conversation.instance('low').deferredBehindScenarioId).toBe('low');
  });

  test('4.2: a deferred ASK does not finish the collect stage even if all fields become known', () => {
    const { conversation } = startBoth();
    const turn = conversation.turn({ variables: { a: 1, b: 2 } });
    expect(turn.contribution('low')).toMatchObject({ type: 'ASK', fieldsToAsk: ['a'], deferredFields: ['b'] });
  });
});

describe('local fields', () => {
  const createLocal = (scenarioId: string, priority: number): ScenarioDraft => ({
    ...createAsking(scenarioId, ['date'], priority),
    localFields: ['date'],
  });

  test.each<[string, ScenarioDraft, ScenarioDraft]>([
    ['both scenarios', createLocal('high', 2), createLocal('low', 1)],
    ['the scenario that asks', createLocal('high', 2), createAsking('low', ['date'], 1)],
    ['the other scenario', createAsking('high', ['date'], 2), createLocal('low', 1)],
  ])('4.2: a field that is local to %s is not shared: the lower ASK is deferred', (_case, high, low) => {
    const { first, conversation } = startScenarios([high, low]);
    expect(first.plan).toEqual(['high ASK date', '(deferred) low ASK ']);
    expect(first.contribution('low')).toMatchObject({ deferredBehindScenarioId: 'high', sharedFields: [] });
    expect(conversation.instance('low').requests).toEqual([]);
  });

  test('4.2: an ASK without the local field of the other scenario is not deferred', () => {
    expect(startScenarios([createLocal('high', 2), createAsking('low', ['time'], 1)]).first.plan).toEqual([
      'high ASK date',
      'low ASK time',
    ]);
  });
});

describe('what a deferred contribution waits for', () => {
  /** Confirms, then asks for a field; not addressed, it is quiet. */
  const confirmThenAsk: ScenarioDraft = {
    scenarioId: 'high',
    priority: 2,
    steps: [
      { stepId: 'confirm', isCheckpoint: true, to: ['ask'] },
      { stepId: 'ask', collectsProfileFields: ['a'], to: ['end'] },
      end,
    ],
  };
  const quiet = (scenario: ScenarioDraft): ScenarioDraft => ({ ...scenario, whenNotAddressed: 'QUIET' });

  test('4.2: a deferred CONFIRM is put when the other CONFIRM has closed, together with an ASK of its rival', () => {
    const { conversation, first } = startScenarios([confirmThenAsk, quiet(createConfirming('low', 1))]);
    expect(first.contribution('low')).toMatchObject({ deferred: true, deferredBehindScenarioId: 'high' });
    expect(conversation.turn(confirm('high')).plan).toEqual(['low CONFIRM ', 'high ASK a']);
  });

  test('4.2: a deferred ASK is put when the ASK of its rival has closed, even if the rival confirms', () => {
    const high: ScenarioDraft = {
      scenarioId: 'high',
      priority: 2,
      steps: [
        { stepId: 'ask', collectsProfileFields: ['a'], to: ['confirm'] },
        { stepId: 'confirm', isCheckpoint: true, to: ['end'] },
        end,
      ],
    };
    const settings = { maxFieldsToAskPerTurn: 1 };
    const { conversation, first } = startScenarios([high, quiet(createAsking('low', ['b'], 1))], {}, { settings });
    expect(first.contribution('low')).toMatchObject({ deferred: true, deferredBehindScenarioId: 'high' });
    expect(conversation.turn({ variables: { a: 1 } }).plan).toEqual(['high CONFIRM a=1', 'low ASK b']);
  });

  test('4.2: deferred fields are asked for when the ASK of the rival has closed', () => {
    const settings = { maxFieldsToAskPerTurn: 2 };
    const high = quiet(createAsking('high', ['a'], 2));
    const low = quiet(createAsking('low', ['b', 'c'], 1));
    const { conversation, first } = startScenarios([high, low], {}, { settings });
    expect(first.contribution('low')).toMatchObject({
      fieldsToAsk: ['b'],
      deferredFields: ['c'],
      deferredBehindScenarioId: 'high',
    });
    expect(conversation.turn({ variables: { a: 1 } }).contribution('low')).toMatchObject({
      fieldsToAsk: ['b', 'c'],
      deferredFields: [],
    });
  });

  test('4.2: a deferred CONFIRM waits while its rival is not answered', () => {
    const { conversation } = startScenarios([
      confirmThenAsk,
      quiet(createConfirming('low', 1)),
      createAsking('t', ['x'], 0),
    ]);
    expect(conversation.turn({ variables: { x: 1 } }).plan).toContain('low NONE');
  });
});
