import { Conversation, type StepDraft, type TurnDraft } from '../../support/conversation';
import type { FieldDraft } from '../../support/field-definitions';
import { end } from '../../support/sample-scenarios';

const minute = 60_000;
const fields: readonly FieldDraft[] = [{ name: 'quote', maxAgeMs: 10 * minute }];
const at = (time: number, turn: TurnDraft = {}): TurnDraft => ({ ...turn, occurredAt: time * minute });
const givesQuote: TurnDraft = { candidates: { s: 0.9 }, variables: { quote: 5 } };

const ask: StepDraft = { stepId: 'ask', collectsProfileFields: ['quote'], to: ['agree'] };
const agree: StepDraft = { stepId: 'agree', isCheckpoint: true, confirmsFields: ['quote'], to: ['note'] };
const note: StepDraft = { stepId: 'note', collectsProfileFields: ['note'], to: ['sign'] };
const sign: StepDraft = { stepId: 'sign', isCheckpoint: true, confirmsFields: ['quote', 'note'], to: ['end'] };
const start = (steps: readonly StepDraft[], turn = givesQuote): Conversation => {
  const conversation = new Conversation([{ scenarioId: 's', steps: [...steps, end] }], { fields });
  conversation.turn(at(0, turn));
  return conversation;
};

describe('10, 3.9: a value that the route used expires', () => {
  test('14: a TIMER turn at that moment asks for it again', () => {
    const conversation = start([ask, { ...agree, to: ['end'] }]);
    const { nextTimerAt = 0 } = conversation.session;
    expect(nextTimerAt).toBe(10 * minute + 1);
    expect(conversation.turn({ trigger: 'TIMER', occurredAt: nextTimerAt - 1 }).plan).toEqual(['s NONE']);
    const due = conversation.turn({ trigger: 'TIMER', occurredAt: nextTimerAt });
    expect(due.plan).toEqual(['s ASK quote']);
    expect(due.transition('s')).toMatchObject({ reason: 'CORRECTED', correctedFields: ['quote'] });
  });

  test('10: a later CONFIRMED is ignored, and the value is asked for again', () => {
    const conversation = start([ask, { ...agree, to: ['end'] }]);
    const late = conversation.turn(at(11, { outcomes: [{ kind: 'CONFIRMED', actionKey: 's#1/agree/1' }] }));
    expect(late.result.ignoredOutcomes).toMatchObject([{ reason: 'VOID' }]);
    expect(late.plan).toEqual(['s ASK quote']);
    expect(conversation.turn(at(12, { variables: { quote: 6 } })).plan).toEqual(['s CONFIRM quote=6']);
  });

  test('3.9: the same value again, or the same one from the profile, is no correction', () => {
    const again = start([ask, { ...agree, to: ['end'] }]).turn(at(11, { variables: { quote: 5 } }));
    expect(again.transition('s').correctedFields).toEqual([]);
    expect(again.plan).toEqual(['s CONFIRM quote=5']);
    const profile = start([ask, { ...agree, to: ['end'] }]).turn(at(11, { customer: { quote: 5 } }));
    expect(profile.transition('s').correctedFields).toEqual([]);
  });

  test('3.7: a value used before a passed checkpoint is forgotten, but not asked for again', () => {
    const conversation = start([ask, agree, note, sign]);
    expect(conversation.turn(at(1, { outcomes: [{ kind: 'CONFIRMED' }] })).plan).toEqual(['s ASK note']);
    const later = conversation.turn(at(11, { variables: { note: 'n' } }));
    expect(later.plan).toEqual(['s CONFIRM note=n']);
    expect(later.transition('s').blockedByCheckpoint).toBe('');
  });

  test('10: without a step ahead that binds the customer, it is forgotten and no instance moves', () => {
    const conversation = start([{ ...ask, to: ['end'] }]);
    const later = conversation.turn(at(11));
    expect([later.actions, conversation.session.variables.has('quote')]).toEqual([['s COMPLETE TERMINAL'], false]);
  });

  test('3.9: an action under way keeps the value that was confirmed', () => {
    const pay: StepDraft = {
      stepId: 'pay',
      isRequiredAction: true,
      toolIds: ['pay'],
      confirmsFields: ['quote'],
      to: ['end'],
    };
    const conversation = start([{ ...ask, to: ['pay'] }, pay]);
    conversation.turn(at(1, { outcomes: [{ kind: 'CONFIRMED' }] }));
    for (const time of [11, 12]) expect(conversation.turn(at(time)).plan).toEqual(['s ACTION_HINT pay']);
    expect([...conversation.instance('s').heldValues]).toEqual([['quote', 5]]);
    const done = conversation.turn(at(13, { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] }));
    expect(done.plan).toEqual(['s INFORM bye']);
  });

  test('3.9: after a failed action the value is asked for again', () => {
    const pay: StepDraft = {
      stepId: 'pay',
      isRequiredAction: true,
      toolIds: ['pay'],
      confirmsFields: ['quote'],
      to: ['end'],
    };
    const conversation = start([{ ...ask, to: ['pay'] }, pay]);
    conversation.turn(at(1, { outcomes: [{ kind: 'CONFIRMED' }] }));
    conversation.turn(at(11));
    const failed = conversation.turn(at(12, { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] }));
    expect(failed.plan).toEqual(['s ASK quote']);
  });

  test('3.9: an instance that does not walk remembers the correction until it walks', () => {
    const other = { scenarioId: 't', steps: [{ stepId: 'ask', collectsProfileFields: ['x', 'y'], to: ['end'] }, end] };
    const steps = [ask, { ...agree, to: ['end'] }, end];
    const conversation = new Conversation([{ scenarioId: 's', steps }, other], { fields });
    conversation.turn(at(0, { candidates: { s: 0.9, t: 0.8 }, variables: { quote: 5 } }));
    expect(conversation.turn(at(11, { variables: { x: 1 } })).contribution('s').type).toBe('NONE');
    expect([...conversation.instance('s').pendingCorrections]).toEqual([['quote', 5]]);
    expect(conversation.turn(at(12, { signals: [['CONTINUE', 's']] })).contribution('s')).toMatchObject({
      type: 'ASK',
      fieldsToAsk: ['quote'],
    });
  });
});

describe('10: a value that a tool found expires', () => {
  const tool = { toolId: 'find', timing: 'DURING_STEP', variableNames: ['quote'], dependsOn: [] } as const;
  const look: StepDraft = {
    stepId: 'look',
    toolBindings: [tool],
    to: [{ to: 'agree', outcomes: ['ACTION_SUCCEEDED'] }],
  };
  const found = (quote: number): TurnDraft => ({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { quote } }],
  });
  const startFound = (): Conversation => {
    const conversation = start([look, { ...agree, to: ['end'] }], { candidates: { s: 0.9 } });
    expect(conversation.turn(at(1, found(5))).plan).toEqual(['s CONFIRM quote=5']);
    return conversation;
  };

  test('10: is looked up again before it is confirmed', () => {
    const conversation = startFound();
    expect(conversation.turn(at(12, { outcomes: [{ kind: 'CONFIRMED' }] })).plan).toEqual(['s ACTION_HINT find']);
    expect(conversation.turn(at(13, found(6))).plan).toEqual(['s CONFIRM quote=6']);
  });

  test('14: needs no timer, and a TIMER turn does not look it up', () => {
    const conversation = startFound();
    expect(conversation.session.nextTimerAt).toBeUndefined();
    expect(conversation.turn(at(12, { trigger: 'TIMER' })).plan).toEqual(['s NONE']);
    expect(conversation.turn(at(13)).plan).toEqual(['s ACTION_HINT find']);
  });
});

describe('10: values that are needed again when they expire', () => {
  const call: StepDraft = {
    stepId: 'call',
    calls: { scenarioId: 't', reuseCompleted: false, returns: [] },
    to: ['end'],
  };
  const called = { scenarioId: 't', steps: [{ stepId: 'ask', collectsProfileFields: ['y'], to: ['end'] }, end] };

  test('10: a value that one step of the route used, if a call is ahead', () => {
    const first: StepDraft = { stepId: 'first', collectsProfileFields: ['note'], to: ['ask'] };
    const last: StepDraft = { stepId: 'last', collectsProfileFields: ['z'], to: ['call'] };
    const steps = [first, { ...ask, to: ['last'] }, last, call, end];
    const conversation = new Conversation([{ scenarioId: 's', steps }, called], { fields });
    conversation.turn(at(0, { candidates: { s: 0.9 }, variables: { note: 'n', quote: 5 } }));
    expect(conversation.turn(at(11)).plan).toEqual(['s ASK quote']);
  });

  test('10: not a value that no step of the route used', () => {
    const first: StepDraft = { stepId: 'first', collectsProfileFields: ['note'], to: ['last'] };
    const last: StepDraft = { stepId: 'last', collectsProfileFields: ['z'], to: ['agree'] };
    const conversation = start([first, last, { ...agree, to: ['end'] }], {
      candidates: { s: 0.9 },
      variables: { note: 'n' },
      patch: { quote: 5 },
    });
    const later = conversation.turn(at(11));
    expect([later.plan, later.transition('s').reason]).toEqual([['s ASK z'], 'AWAITS_FIELDS']);
  });

  test('10: not for an instance whose version no longer exists', () => {
    const conversation = start([ask, { ...agree, to: ['end'] }]);
    conversation.remove('s');
    expect(conversation.turn(at(11)).actions).toEqual(['s CANCEL SCENARIO_NOT_FOUND']);
  });
});

test('10: a value that the instance did not use is not remembered when it expires', () => {
  const other: StepDraft = { stepId: 'other', collectsProfileFields: ['note'], to: ['agree'] };
  const conversation = start([other, { ...agree, confirmsFields: ['note'], to: ['end'] }], {
    ...givesQuote,
    variables: { quote: 5, note: 'n' },
  });
  expect(conversation.instance('s').route.map(({ stepId }) => stepId)).toEqual(['other']);
  conversation.turn({ trigger: 'TIMER', occurredAt: 11 * minute });
  expect(conversation.session.variables.has('quote')).toBe(false);
  expect(conversation.instance('s').pendingCorrections).toEqual(new Map());
});
