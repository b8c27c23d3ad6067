import { Conversation, type TurnDraft } from '../../support/conversation';
import type { FieldDraft } from '../../support/field-definitions';
import { asking, end } from '../../support/sample-scenarios';

const minute = 60_000;
const rate: FieldDraft = { name: 'rate', maxAgeMs: 10 * minute };

/** Plays turns at these minutes and returns the plans. */
function play(scenario = asking('s', ['rate', 'name']), turns: Readonly<Record<number, TurnDraft>> = {}) {
  const conversation = new Conversation([scenario], { fields: [rate] });
  const plans = Object.entries(turns).map(
    ([at, turn]) => conversation.turn({ ...turn, occurredAt: Number(at) * minute }).plan,
  );
  return { plans, conversation };
}

const starting: TurnDraft = { candidates: { s: 0.9 }, variables: { rate: 7 } };

test('10: a value is known until it is older than max_age', () => {
  const scenario = {
    scenarioId: 's',
    steps: [{ stepId: 'c', isCheckpoint: true, confirmsFields: ['rate'], to: ['end'] }, end],
  };
  const { plans, conversation } = play(scenario, { 1: starting, 11: {}, 12: {} });
  expect(plans).toEqual([['s CONFIRM rate=7'], ['s CONFIRM rate=7'], ['s CONFIRM ']]);
  expect(conversation.session.variables.has('rate')).toBe(false);
});

test('10: a step asks again for a value that is too old', () => {
  const steps = [{ stepId: 'ask', collectsProfileFields: ['rate', 'name'], to: ['end'] }, end];
  const { plans } = play({ scenarioId: 's', steps }, { 1: starting, 20: {} });
  expect(plans).toEqual([['s ASK name'], ['s ASK rate,name']]);
});

test('10: a value that is provided again has the time of the latest turn that provided it', () => {
  const { conversation } = play(undefined, { 1: starting, 10: { variables: { rate: 7 } }, 20: {} });
  expect(conversation.session.variables.get('rate')).toEqual({
    value: 7,
    scope: 'CASE',
    storedAt: 10 * minute,
    isPersistedResult: false,
  });
});

test('10: a value that is provided again after it expired counts as changed', () => {
  const { conversation } = play(undefined, { 1: starting });
  const again = conversation.turn({ variables: { rate: 7 }, occurredAt: 12 * minute });
  expect(again.result.context.changedFields).toEqual(['rate']);
});

test('10: max_age applies to the session variables of the caller', () => {
  const { conversation } = play(undefined, { 1: { patch: { rate: 7 } }, 12: {} });
  expect(conversation.session.variables.has('rate')).toBe(false);
});

test('10: a value that an earlier release stored without a time does not expire', () => {
  const { conversation } = play(undefined, { 1: starting });
  conversation.session = {
    ...conversation.session,
    variables: new Map([['rate', { value: 7, scope: 'CASE', isPersistedResult: false }]]),
  };
  conversation.turn({ occurredAt: 100 * minute });
  expect(conversation.session.variables.get('rate')?.value).toBe(7);
});

test('10: a null hides the value of an older source, even if the null is older than max_age', () => {
  const { conversation } = play(undefined, { 1: { variables: { rate: null } } });
  conversation.turn({ occurredAt: 100 * minute, customer: { rate: 1 } });
  expect(conversation.session.variables.get('rate')?.value).toBeNull();
});

test('10: the profile value is used when a stored value is too old', () => {
  const scenario = {
    scenarioId: 's',
    steps: [{ stepId: 'c', isCheckpoint: true, confirmsFields: ['rate'], to: ['end'] }, end],
  };
  const customer = { rate: 1 };
  expect(play(scenario, { 1: { ...starting, customer }, 12: { customer } }).plans).toEqual([
    ['s CONFIRM rate=7'],
    ['s CONFIRM rate=1'],
  ]);
});

test('10: a CONFIRM of a value that is too old is void, and a CONFIRMED of that turn is ignored', () => {
  const scenario = {
    scenarioId: 's',
    steps: [{ stepId: 'c', isCheckpoint: true, confirmsFields: ['rate'], to: ['end'] }, end],
  };
  const { conversation } = play(scenario, { 1: starting });
  const played = conversation.turn({
    occurredAt: 12 * minute,
    outcomes: [{ kind: 'CONFIRMED', actionKey: 's#1/c/1' }],
  });
  expect(played.result.ignoredOutcomes).toMatchObject([{ reason: 'VOID' }]);
  expect(played.contribution('s')).toMatchObject({ actionKey: 's#1/c/1/2', isReprompt: false });
});

describe('10: tool results', () => {
  const tool = { toolId: 'rates', timing: 'DURING_STEP', variableNames: ['rate', 'note'], dependsOn: [] } as const;
  const scenario = {
    scenarioId: 's',
    steps: [
      { stepId: 'look', toolBindings: [tool], to: [{ to: 'offer', outcomes: ['ACTION_SUCCEEDED' as const] }] },
      { stepId: 'offer', isCheckpoint: true, confirmsFields: ['rate', 'note'], to: ['end'] },
      end,
    ],
  };
  const result: TurnDraft = {
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'rates', results: { rate: 7, note: 'n' } }],
  };

  test('10: a result is known until it is older than max_age, and the other results of its outcome remain', () => {
    const timer: TurnDraft = { trigger: 'TIMER' };
    const { plans, conversation } = play(scenario, { 1: { candidates: { s: 0.9 } }, 2: result, 12: {}, 13: timer });
    expect(plans.slice(1)).toEqual([['s CONFIRM rate=7,note=n'], ['s CONFIRM rate=7,note=n'], ['s NONE']]);
    const { variables, variableTimes } = conversation.instance('s');
    expect([[...variables], [...variableTimes]]).toEqual([[['note', 'n']], [['note', 2 * minute]]]);
  });

  test('10: the time of a result is removed when a newer value replaces the result', () => {
    const { conversation } = play(scenario, { 1: { candidates: { s: 0.9 } }, 2: result, 3: { patch: { rate: 8 } } });
    expect([...conversation.instance('s').variableTimes.keys()]).toEqual(['note']);
    conversation.turn({ patch: { note: 'm' }, occurredAt: 4 * minute });
    expect(conversation.instance('s').variableTimes.size).toBe(0);
  });

  test('10: a null result does not expire, because it hides the value of an older source', () => {
    const none: TurnDraft = {
      ...result,
      outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'rates', results: { rate: null } }],
    };
    const { conversation } = play(scenario, { 1: { candidates: { s: 0.9 } }, 2: none, 20: {} });
    expect([...conversation.instance('s').variables]).toEqual([['rate', null]]);
  });

  test('10: a CONFIRM of two results is void if one of them is too old', () => {
    const { conversation } = play(scenario, { 1: { candidates: { s: 0.9 } }, 2: result });
    const late = conversation.turn({
      occurredAt: 13 * minute,
      outcomes: [{ kind: 'CONFIRMED', actionKey: 's#1/offer/2' }],
    });
    expect(late.result.ignoredOutcomes).toMatchObject([{ reason: 'VOID' }]);
  });

  test('10: a result without a time does not expire', () => {
    const { conversation } = play(scenario, { 1: { candidates: { s: 0.9 } }, 2: result });
    const { session } = conversation;
    const instances = session.instances.map((instance) => ({ ...instance, variableTimes: new Map() }));
    conversation.session = { ...session, instances };
    expect(conversation.turn({ occurredAt: 100 * minute }).plan).toEqual(['s CONFIRM rate=7,note=n']);
  });
});

test('10: values of fields without max_age do not expire', () => {
  const conversation = new Conversation([asking('s', ['rate'])], { fields: [{ name: 'rate' }] });
  conversation.turn({ variables: { rate: 7 }, occurredAt: minute });
  conversation.turn({ occurredAt: 100_000 * minute });
  expect(conversation.session.variables.get('rate')?.value).toBe(7);
});
