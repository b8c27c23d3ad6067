import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { started } from '../../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
/** Asks for fields; the first of a list has the highest priority. All contribute on every turn. */
const asking = (
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
const confirming = (scenarioId: string, priority: number): ScenarioDraft => ({
  scenarioId,
  priority,
  whenNotAddressed: 'CONTRIBUTE',
  steps: [{ stepId: 'confirm', isCheckpoint: true, to: ['end'] }, end],
});
const confirms = (scenarioId: string): TurnDraft => ({
  outcomes: [{ kind: 'CONFIRMED', instanceId: `${scenarioId}#1` }],
});

describe('4.2 shared fields', () => {
  test('4.2 shared: a field asked by two scenarios is asked once, by the one of higher priority', () => {
    const { first } = started([asking('low', ['phone', 'date'], 1), asking('high', ['phone', 'order'], 2)]);
    expect(first.plan).toEqual(['high ASK phone,order', 'low ASK date']);
    expect(first.contribution('low')).toMatchObject({ sharedFields: ['phone'], deferredFields: [], deferred: false });
    expect(first.contribution('high').sharedFields).toEqual([]);
  });

  test('4.2 shared: where no field is left it is NONE, with the base of NONE, and lists what it shares', () => {
    const { first } = started([asking('low', ['phone'], 1), asking('high', ['phone'], 2)]);
    expect(first.plan).toEqual(['high ASK phone', 'low NONE']);
    expect(first.contribution('low')).toMatchObject({ sharedFields: ['phone'], priority: 1 });
  });

  test('4.2 shared: a NONE that an ASK became comes where its priority puts it', () => {
    const inform: ScenarioDraft = {
      scenarioId: 'tip',
      priority: 5,
      steps: [{ stepId: 'tip', templateIds: ['tip'], to: ['end'] }, end],
    };
    const { first } = started([asking('low', ['phone'], 1), asking('high', ['phone'], 2), inform]);
    expect(first.plan).toEqual(['high ASK phone', 'tip INFORM tip', 'low NONE']);
  });

  test('4.2 shared: it counts as having asked it: the answer lets both go on', () => {
    const low = asking('low', ['phone'], 1, { canSkip: false });
    const { talk } = started([low, asking('high', ['phone'], 2)]);
    expect(talk.turn({ variables: { phone: '1' } }).plan).toEqual(['high INFORM bye', 'low INFORM bye']);
  });

  test('4.2 shared: it counts as having asked it: an unanswered turn is an attempt of both', () => {
    const { talk } = started([asking('low', ['phone'], 1), asking('high', ['phone'], 2)]);
    talk.turn();
    expect([talk.instance('low').visit.attempts, talk.instance('high').visit.attempts]).toEqual([1, 1]);
  });
});

describe('4.2 max_confirms_per_turn', () => {
  const two = [confirming('low', 1), confirming('high', 2)];

  test('4.2 confirms: at most one CONFIRM a turn, the other is deferred and says what it waits for', () => {
    const { first } = started(two);
    expect(first.plan).toEqual(['high CONFIRM ', '(deferred) low CONFIRM ']);
    expect(first.contribution('low')).toMatchObject({ deferred: true, deferredBehindScenarioId: 'high' });
    expect(first.contribution('high')).toMatchObject({ deferred: false, deferredBehindScenarioId: '' });
  });

  test('4.2 confirms: with two allowed both are made', () => {
    expect(started(two, {}, { settings: { maxConfirmsPerTurn: 2 } }).first.plan).toEqual([
      'high CONFIRM ',
      'low CONFIRM ',
    ]);
  });

  test('4.2 confirms: a deferred one was not made, so no answer belongs to it', () => {
    const { talk } = started(two);
    const turn = talk.turn(confirms('low'));
    expect(turn.result.ignoredOutcomes).toHaveLength(1);
    expect(talk.instance('low').irreversibleDone).toEqual([]);
    expect(turn.contribution('low').isReprompt).toBe(false);
  });

  test('4.2 confirms: it is made once what it waited for is done', () => {
    const { talk } = started(two);
    expect(talk.turn(confirms('high')).plan).toEqual(['low CONFIRM ', 'high INFORM bye']);
    expect(talk.turn(confirms('low')).contribution('low').type).toBe('INFORM');
  });

  test('4.2 confirms: an ASK is not deferred behind a CONFIRM', () => {
    expect(started([asking('low', ['x'], 1), confirming('high', 2)]).first.plan).toEqual([
      'high CONFIRM ',
      'low ASK x',
    ]);
  });
});

describe('4.2 max_fields_to_ask_per_turn', () => {
  const limit = (maxFieldsToAskPerTurn: number) => ({ settings: { maxFieldsToAskPerTurn } });

  test('4.2 fields: 0 is no limit', () => {
    expect(started([asking('s', ['a', 'b', 'c'], 0)]).first.plan).toEqual(['s ASK a,b,c']);
  });

  test('4.2 fields: an ASK is split, the rest under deferred_fields', () => {
    const { talk, first } = started([asking('s', ['a', 'b', 'c'], 0)], {}, limit(2));
    expect(first.contribution('s')).toMatchObject({ deferred: false, fieldsToAsk: ['a', 'b'], deferredFields: ['c'] });
    expect(talk.turn({ variables: { a: 1, b: 2 } }).contribution('s')).toMatchObject({
      fieldsToAsk: ['c'],
      deferredFields: [],
      isReprompt: false,
    });
  });

  test('4.2 fields: a step that may not be skipped is asked for the rest before it is done, also where it is known', () => {
    const { talk, first } = started(
      [asking('s', ['a', 'b'], 0, { canSkip: false })],
      { variables: { a: 1, b: 2 } },
      limit(1),
    );
    expect(first.contribution('s')).toMatchObject({
      fieldsToAsk: ['a'],
      knownValues: new Map([['a', 1]]),
      deferredFields: ['b'],
    });
    expect(talk.turn().contribution('s')).toMatchObject({ fieldsToAsk: ['b'], knownValues: new Map([['b', 2]]) });
    expect(talk.turn().plan).toEqual(['s INFORM bye']);
  });

  test('4.2 fields: what one scenario asks leaves less for the next, and a whole ASK that is over is deferred', () => {
    const { first } = started(
      [asking('low', ['c', 'd'], 1), asking('mid', ['b', 'e'], 2), asking('high', ['a'], 3)],
      {},
      limit(2),
    );
    expect(first.plan).toEqual(['high ASK a', 'mid ASK b', '(deferred) low ASK ']);
    expect(first.contribution('mid')).toMatchObject({ deferredFields: ['e'] });
    expect(first.contribution('low')).toMatchObject({
      deferred: true,
      deferredFields: ['c', 'd'],
      deferredBehindScenarioId: 'mid',
    });
  });

  test('4.2 fields: a shared field costs nothing', () => {
    const { first } = started([asking('low', ['a', 'b'], 1), asking('high', ['a'], 2)], {}, limit(2));
    expect(first.plan).toEqual(['high ASK a', 'low ASK b']);
  });

  test('4.2 fields: a field whose first asker is deferred is not shared with it', () => {
    const { first } = started(
      [asking('low', ['b'], 1), asking('mid', ['b'], 2), asking('high', ['a'], 3)],
      {},
      limit(1),
    );
    expect(first.plan).toEqual(['high ASK a', '(deferred) mid ASK ', '(deferred) low ASK ']);
    expect(first.contribution('low').sharedFields).toEqual([]);
  });

  test('4.2 fields: a deferred ASK counts no attempt and was not asked', () => {
    const { talk } = started([asking('low', ['b'], 1), asking('high', ['a'], 2)], {}, limit(1));
    talk.turn();
    expect(talk.instance('low').visit).toMatchObject({ attempts: 0, askedFields: [], contributedTypes: [] });
    expect(talk.instance('high').visit.attempts).toBe(1);
  });

  test('4.2 fields: a deferred ASK finishes no stage', () => {
    const low = asking('low', ['b'], 1, { canSkip: false });
    const { talk } = started([low, asking('high', ['a'], 2)], {}, limit(1));
    // It became known, but low may not be skipped and has not asked.
    expect(talk.turn({ variables: { b: 1 } }).plan).toEqual(['high ASK a', '(deferred) low ASK ']);
    expect(talk.turn({ variables: { a: 1 } }).plan).toEqual(['low ASK b', 'high INFORM bye']);
  });

  test('4.2 fields: has_asks is over what is made', () => {
    const { first } = started([asking('low', ['b'], 1), asking('high', ['a'], 2)], {}, limit(1));
    expect(first.result.plan.hasAsks).toBe(true);
  });
});
