import type { Conversation, ScenarioDraft, StepDraft, TransitionDraft, TurnDraft } from '../../support/conversation';
import { playTurns } from '../../support/play-turns';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const ask = (field: string, ...to: readonly TransitionDraft[]): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to: to.length > 0 ? to : ['end'],
});
const line = (...steps: readonly StepDraft[]): ScenarioDraft => ({ scenarioId: 's', steps: [...steps, end] });
const abc = line(ask('a', 'b'), ask('b', 'c'), ask('c'));
const back: TurnDraft = { signals: ['BACK'] };
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const check = (step: Partial<StepDraft> = {}): StepDraft => ({
  stepId: 'check',
  isCheckpoint: true,
  checkpointDescription: 'checked',
  ...step,
});

test('3.10: BACK moves the instance to the last step that asked, with known values', () => {
  const conversation = startConversation([abc]);
  conversation.turn({ variables: { a: 1 } });
  conversation.turn({ variables: { b: 2 } });
  const played = conversation.turn(back);
  expect(played.transition('s')).toMatchObject({
    reason: 'WENT_BACK',
    sourceStepId: 'c',
    targetStepId: 'b',
    visitNumber: 4,
  });
  expect(played.contribution('s')).toMatchObject({
    type: 'ASK',
    fieldsToAsk: ['b'],
    knownValues: new Map([['b', 2]]),
    isReprompt: false,
  });
});

describe('3.10: in the new visit the step counts as one that may not be skipped', () => {
  const goBack = (): Conversation => {
    const conversation = startConversation([abc]);
    conversation.turn({ variables: { a: 1, b: 2 } });
    conversation.turn(back);
    return conversation;
  };

  test.each<[string, TurnDraft, string]>([
    ['asked again without an answer', {}, 'ASK b'],
    ['answered by another value', { variables: { b: 3 } }, 'ASK c'],
    ['answered by the same value', { variables: { b: 2 } }, 'ASK c'],
    ['answered by CONFIRMED', yes, 'ASK c'],
  ])('3.10: it is %s', (_case, draft, planned) => {
    expect(goBack().turn(draft).plan).toEqual([`s ${planned}`]);
  });
});

test('3.10: BACK twice moves two steps back', () => {
  const turns = playTurns(abc, [{}, { variables: { a: 1 } }, { variables: { b: 2 } }, back, back]);
  expect(turns.slice(3).map((played) => played.transition('s').targetStepId)).toEqual(['b', 'a']);
});

describe('3.10: BACK goes to', () => {
  const text: StepDraft = { stepId: 'text', templateIds: ['text'], to: ['c'] };

  test('3.10: a step whose fields the customer gave without being asked', () => {
    const [, played] = playTurns(abc, [{ variables: { a: 1, b: 2 } }, back]);
    expect(played?.transition('s').targetStepId).toBe('b');
  });

  test('3.10: no step whose fields only the profile provided', () => {
    const customer = { b: 2 };
    const turns = playTurns(abc, [{ customer }, { customer, variables: { a: 1 } }, { customer, ...back }]);
    expect(turns[2]?.transition('s').targetStepId).toBe('a');
  });

  test('3.10: no step that only informs', () => {
    const turns = playTurns(line(ask('a', 'text'), text, ask('c')), [{}, { variables: { a: 1 } }, {}, back]);
    expect(turns[3]?.transition('s')).toMatchObject({ sourceStepId: 'c', targetStepId: 'a' });
  });

  test('3.10: a step that put a CONFIRM and is no checkpoint', () => {
    const confirm: StepDraft = { stepId: 'agree', requiresConfirmation: true, to: ['c'] };
    const turns = playTurns(line(ask('a', 'agree'), confirm, ask('c')), [{}, { variables: { a: 1 } }, yes, back]);
    expect(turns[3]?.transition('s').targetStepId).toBe('agree');
    expect(turns[3]?.plan).toEqual(['s CONFIRM a=1']);
  });

  test('3.10: a step before the first visit of the current step', () => {
    const again = ask('b', { to: 'b', condition: 'data.b == "no"', clears: ['b'] }, 'c');
    const turns = playTurns(line(ask('a', 'b'), again, ask('c')), [
      {},
      { variables: { a: 1 } },
      { variables: { b: 'no' } },
      back,
    ]);
    expect(turns[3]?.transition('s')).toMatchObject({ sourceStepId: 'b', targetStepId: 'a' });
  });
});

test.each<[string, number, string, Readonly<Record<string, number>>]>([
  ['another value', 5, 'ASK c', { b: 5 }],
  ['the same value', 2, 'ASK c', { b: 2 }],
])('3.10: %s on the turn of the BACK answers the step that it goes to', (_value, value, expected, variables) => {
  const conversation = startConversation([abc]);
  conversation.turn({ variables: { a: 1 } });
  conversation.turn({ variables: { b: 2 } });
  const played = conversation.turn({ ...back, variables });
  expect(played.plan).toEqual([`s ${expected}`]);
  expect(played.transition('s')).toMatchObject({ reason: 'WENT_BACK', sourceStepId: 'c', targetStepId: 'c' });
  expect(conversation.session.variables.get('b')?.value).toBe(value);
});

test('3.10: a value for another step on the turn of the BACK is no answer', () => {
  const conversation = startConversation([abc]);
  conversation.turn({ variables: { a: 1 } });
  conversation.turn({ variables: { b: 2 } });
  expect(conversation.turn({ ...back, variables: { other: 1 } }).plan).toEqual(['s ASK b']);
});

test('3.10: without such a step the instance does not move', () => {
  const [, played] = playTurns(abc, [{}, back]);
  expect(played?.transition('s')).toMatchObject({ reason: 'NOTHING_TO_GO_BACK_TO', targetStepId: 'a', visitNumber: 1 });
  expect(played?.plan).toEqual(['s ASK a']);
});

test('3.10: a passed checkpoint blocks BACK to the steps before it', () => {
  const turns = playTurns(line(ask('a', 'check'), check({ to: ['c'] }), ask('c')), [
    {},
    { variables: { a: 1 } },
    yes,
    back,
  ]);
  expect(turns[3]?.transition('s')).toMatchObject({
    reason: 'BLOCKED_BY_CHECKPOINT',
    targetStepId: 'c',
    blockedByCheckpoint: 'checked',
  });
});

test('3.10: BACK goes to a step after the passed checkpoint, and no further', () => {
  const scenario = line(ask('a', 'check'), check({ to: ['b'] }), ask('b', 'c'), ask('c'));
  const turns = playTurns(scenario, [{ variables: { a: 1 } }, yes, { variables: { b: 1 } }, back, back]);
  expect(turns[3]?.transition('s').targetStepId).toBe('b');
  expect(turns[4]?.transition('s')).toMatchObject({ targetStepId: 'b', blockedByCheckpoint: 'checked' });
});

test('3.10: an unconfirmed checkpoint does not block BACK', () => {
  const [, played] = playTurns(line(ask('a', 'check'), check({ to: ['c'] }), ask('c')), [
    { variables: { a: 1 } },
    back,
  ]);
  expect(played?.transition('s')).toMatchObject({ reason: 'WENT_BACK', targetStepId: 'a' });
});

test('3.10: a BACK that reaches a QUIET instance addresses it (0.5)', () => {
  const conversation = startConversation([abc, { ...line(ask('x', 'y'), ask('y')), scenarioId: 'o' }]);
  conversation.turn({ variables: { a: 1 } });
  const played = conversation.turn({ signals: [['BACK', 's']] });
  expect(played.result.context.addressedInstanceIds).toEqual(['s#1']);
  expect(played.transition('s').targetStepId).toBe('a');
});

test('3.10: a step whose local field the customer gave', () => {
  const turns = playTurns({ ...abc, localFields: ['a'] }, [{ variables: { a: 1 } }, back]);
  expect(turns[1]?.transition('s')).toMatchObject({ reason: 'WENT_BACK', targetStepId: 'a' });
});

test('3.10: no step whose optional field the customer declined without being asked', () => {
  const scenario = line({ ...ask('a', 'b'), optionalFields: ['a'] }, ask('b'));
  const turns = playTurns(scenario, [{ given: [{ name: 'a', declined: true }] }, back]);
  expect(turns[1]?.transition('s').reason).toBe('NOTHING_TO_GO_BACK_TO');
});

test('3.10: no step that only runs a tool', () => {
  const turns = playTurns(line(ask('a', 'look'), { stepId: 'look', toolIds: ['look'], to: ['c'] }, ask('c')), [
    {},
    { variables: { a: 1 } },
    {},
    back,
  ]);
  expect(turns[3]?.transition('s')).toMatchObject({ sourceStepId: 'c', targetStepId: 'a' });
});

test('3.10: a passed checkpoint blocks nothing if there is no step to go back to before it', () => {
  const act: StepDraft = { stepId: 'act', isRequiredAction: true, toolIds: ['pay'], to: ['b'] };
  const conversation = startConversation([line(act, ask('b'))]);
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
  expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'act', passed: true }]);
  expect(conversation.turn(back).transition('s')).toMatchObject({
    reason: 'NOTHING_TO_GO_BACK_TO',
    blockedByCheckpoint: '',
  });
});

describe('3.10: a value on the turn of the BACK', () => {
  test('3.10: answers a step that collects several fields', () => {
    const pair: StepDraft = { stepId: 'pair', collectsProfileFields: ['a', 'b'], to: ['c'] };
    const turns = playTurns(line(pair, ask('c')), [{ variables: { a: 1, b: 1 } }, { ...back, variables: { b: 2 } }]);
    expect(turns[1]?.plan).toEqual(['s ASK c']);
    expect(turns[1]?.transition('s')).toMatchObject({ reason: 'WENT_BACK', correctedFields: ['b'] });
  });

  test.each([
    ['another value', 3],
    ['the same value', 2],
  ])('3.10: answers a step that may not be skipped: %s', (_value, b) => {
    const scenario = line(ask('a', 'b'), { ...ask('b', 'c'), canSkip: false }, ask('c'));
    const turns = playTurns(scenario, [
      {},
      { variables: { a: 1 } },
      { variables: { b: 2 } },
      { ...back, variables: { b } },
    ]);
    expect(turns[3]?.plan).toEqual(['s ASK c']);
  });
});
