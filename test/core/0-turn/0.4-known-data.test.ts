import type { JsonValue } from '../../../src/core/model/json';
import { Conversation, PlayedTurn, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking, end } from '../../support/sample-scenarios';

/** Waits for an event. The intent "show" leads to a CONFIRM of the known value of `x`. */
const createProbe = (scenarioId: string): ScenarioDraft => ({
  scenarioId,
  whenNotAddressed: 'CONTRIBUTE',
  steps: [
    { stepId: 'wait', to: [{ to: 'show', trigger: 'ANYTIME', intentLabel: 'show' }] },
    { stepId: 'show', isCheckpoint: true, confirmsFields: ['x'], to: ['end'] },
    end,
  ],
});
const probe = createProbe('probe');
const other = createProbe('other');
/** A result that does not finish a stage. */
const result = (x: string | null, instanceId = 'probe#1'): NonNullable<TurnDraft['outcomes']> => [
  { kind: 'ACTION_FAILED', instanceId, results: { x } },
];

/** Plays turns and returns the known value of `x` on each of them: `probe CONFIRM x=...`, or `probe CONFIRM ` if it is not known. */
function playTurns(...drafts: readonly TurnDraft[]): readonly string[] {
  const conversation = new Conversation([probe]);
  return drafts.flatMap((draft, index) => {
    const complete = index === 0 ? { candidates: { probe: 0.9 }, ...draft } : draft;
    const shown = conversation.decide({ ...complete, intent: 'show' });
    conversation.turn(complete);
    return new PlayedTurn(shown.result, shown.session).plan;
  });
}

test('0.4: the newest source wins: candidate variables, results, instance, session, customer', () => {
  const customer = { x: 'customer' };
  expect(
    playTurns(
      { customer },
      { customer, patch: { x: 'session' } },
      { customer },
      { customer, outcomes: result('instance') },
      { customer },
      { customer, outcomes: result('newer instance') },
      { customer, outcomes: result('result'), variables: { x: 'variable' } },
      { customer },
    ),
  ).toEqual(
    ['customer', 'session', 'session', 'instance', 'instance', 'newer instance', 'variable', 'variable'].map(
      (x) => `probe CONFIRM x=${x}`,
    ),
  );
});

test.each<[string, TurnDraft, string]>([
  ['a result takes precedence over a patch', { outcomes: result('result'), patch: { x: 'patch' } }, 'result'],
  [
    'a candidate variable takes precedence over a patch',
    { variables: { x: 'variable' }, patch: { x: 'patch' } },
    'variable',
  ],
  [
    'a candidate variable takes precedence over a null in the patch',
    { variables: { x: 'variable' }, patch: { x: null } },
    'variable',
  ],
])('0.4: within one turn %s', (_rule, draft, x) => {
  expect(playTurns({}, draft, {}).slice(1)).toEqual([`probe CONFIRM x=${x}`, `probe CONFIRM x=${x}`]);
});

test.each<[string, readonly TurnDraft[]]>([
  ['a candidate variable', [{ variables: { x: null } }]],
  ['a result', [{ outcomes: result(null) }]],
  ['a result over a value of the session', [{ patch: { x: 's' } }, { outcomes: result(null) }]],
])('0.4: a null in %s hides older values until a newer value arrives', (_source, drafts) => {
  const customer = { x: 'customer' };
  const played = playTurns(
    { customer },
    ...drafts.map((draft) => ({ ...draft, customer })),
    { customer },
    { customer, variables: { x: 'new' } },
  );
  expect(played.slice(-3)).toEqual(['probe CONFIRM ', 'probe CONFIRM ', 'probe CONFIRM x=new']);
});

test('0.4: a null in customer_data is not a known value', () => {
  expect(playTurns({ customer: { x: null } })).toEqual(['probe CONFIRM ']);
});

test('0.4: an empty string is a known value', () => {
  expect(playTurns({ variables: { x: '' } })).toEqual(['probe CONFIRM x=']);
});

test('0.4: a null in session_variables deletes the key, so that older values apply', () => {
  const customer = { x: 'customer' };
  expect(playTurns({ customer }, { customer, patch: { x: 's' } }, { customer, patch: { x: null } }).slice(1)).toEqual([
    'probe CONFIRM x=s',
    'probe CONFIRM x=customer',
  ]);
});

test('0.4: candidate variables are stored in the session with their scope, a null as null', () => {
  const conversation = new Conversation([]);
  conversation.turn({ variables: { x: 1, y: null }, scopes: { x: 'IDENTITY' }, patch: { z: true, gone: null } });
  expect(conversation.session.variables).toEqual(
    new Map([
      ['x', { value: 1, scope: 'IDENTITY', storedAt: 60_000, isPersistedResult: false }],
      ['y', { value: null, scope: 'CASE', storedAt: 60_000, isPersistedResult: false }],
      ['z', { value: true, scope: 'SESSION', storedAt: 60_000, isPersistedResult: false }],
    ]),
  );
});

test.each<[string, TurnDraft]>([
  ['a candidate variable', { variables: { x: 'new' } }],
  ['a null candidate variable', { variables: { x: null } }],
  ['a patch key', { patch: { x: 'new' } }],
  ['a null in the patch', { patch: { x: null } }],
])('0.4: storing %s removes it from the variables of all instances', (_kind, draft) => {
  const conversation = new Conversation([probe, other]);
  conversation.turn({ candidates: { probe: 0.9, other: 0.8 } });
  conversation.turn({ outcomes: [...result('one'), ...result('two', 'other#1')] });
  expect(conversation.instance('probe').variables).toEqual(new Map([['x', 'one']]));
  conversation.turn(draft);
  expect([conversation.instance('probe').variables.size, conversation.instance('other').variables.size]).toEqual([
    0, 0,
  ]);
});

test('0.4: a result is stored with its instance and does not affect others', () => {
  const conversation = new Conversation([probe, other], { settings: { maxConfirmsPerTurn: 2 } });
  conversation.turn({ candidates: { probe: 0.9, other: 0.8 }, patch: { x: 'session' } });
  conversation.turn({ outcomes: result('two', 'other#1') });
  const played = conversation.turn({ outcomes: result('one'), intent: 'show' });
  expect([...played.plan].sort()).toEqual(['other CONFIRM x=two', 'probe CONFIRM x=one']);
  expect(conversation.session.variables.get('x')?.value).toBe('session');
});

describe('0.4: the end of an instance', () => {
  const refund = asking('refund', ['order_id', 'reason']);
  const exchange = asking('exchange', ['order_id', 'size']);
  const given: TurnDraft = { candidates: { refund: 0.9 }, variables: { order_id: '123' } };
  const cancel = (...ids: readonly string[]): TurnDraft => ({ signals: [['CANCEL', ...ids]] });

  test('0.4: a CASE field, even a null, is forgotten with the last instance whose scenario collects it', () => {
    const conversation = new Conversation([refund]);
    conversation.turn({ ...given, variables: { order_id: '123', reason: null, hobby: 'chess' } });
    conversation.turn(cancel('refund'));
    expect([...conversation.session.variables.keys()]).toEqual(['hobby']);
  });

  test('0.4: a CASE field in persisted_fields is kept', () => {
    const conversation = new Conversation([{ ...refund, persistedFields: ['order_id'] }]);
    conversation.turn(given);
    conversation.turn(cancel('refund'));
    expect(conversation.session.variables.has('order_id')).toBe(true);
  });

  test.each(['IDENTITY', 'BUSINESS', 'SESSION'] as const)('0.4: a field of scope %s is kept', (scope) => {
    const conversation = new Conversation([refund]);
    conversation.turn({ ...given, scopes: { order_id: scope } });
    conversation.turn(cancel('refund'));
    expect(conversation.session.variables.has('order_id')).toBe(true);
  });

  test('0.4: a key of the patch is not a CASE field and is kept', () => {
    const conversation = new Conversation([refund]);
    conversation.turn({ candidates: { refund: 0.9 }, patch: { order_id: '123' } });
    conversation.turn(cancel('refund'));
    expect(conversation.session.variables.has('order_id')).toBe(true);
  });

  test('0.4: a CASE field of two instances is kept until the second one ends, paused or not', () => {
    const conversation = new Conversation([refund, exchange]);
    conversation.turn({ ...given, candidates: { refund: 0.9, exchange: 0.8 } });
    conversation.turn({
      signals: [
        ['CANCEL', 'refund'],
        ['PAUSE', 'exchange'],
      ],
    });
    expect(conversation.session.variables.has('order_id')).toBe(true);
    conversation.turn(cancel('exchange'));
    expect(conversation.session.variables.has('order_id')).toBe(false);
  });

  test('0.4: a CASE field of two instances that end together is forgotten unless one of them persists it', () => {
    const both = (persists: readonly string[]): boolean => {
      const conversation = new Conversation([{ ...refund, persistedFields: persists }, exchange]);
      conversation.turn({ ...given, candidates: { refund: 0.9, exchange: 0.8 } });
      conversation.turn(cancel('refund', 'exchange'));
      return conversation.session.variables.has('order_id');
    };
    expect([both([]), both(['order_id'])]).toEqual([false, true]);
  });

  test('0.4: a CASE field is kept for an instance that starts on the turn on which another one ends', () => {
    const conversation = new Conversation([refund, exchange]);
    conversation.turn(given);
    const swapped = conversation.turn({ ...cancel('refund'), candidates: { exchange: 0.9 } });
    expect(swapped.plan).toEqual(['exchange ASK size']);
    expect(conversation.session.variables.has('order_id')).toBe(true);
  });

  test('0.4: the variables of an instance are deleted when it ends', () => {
    const conversation = new Conversation([probe]);
    conversation.turn({ candidates: { probe: 0.9 } });
    expect(conversation.turn({ outcomes: result('one'), intent: 'show' }).plan).toEqual(['probe CONFIRM x=one']);
    conversation.turn(cancel('probe'));
    expect(conversation.turn({ candidates: { probe: 0.9 }, intent: 'show' }).plan).toEqual(['probe CONFIRM ']);
  });
});

test('0.4: two instances that start on the same turn both know its values', () => {
  const conversation = new Conversation([probe, other]);
  const played = conversation.turn({
    candidates: { probe: 0.9, other: 0.8 },
    variables: { x: 'given' },
    intent: 'show',
  });
  expect(played.plan).toEqual(['other CONFIRM x=given', '(deferred) probe CONFIRM x=given']);
});

describe('0.4: persisted results when an instance ends', () => {
  const look = (variation: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
    scenarioId: 's',
    persistedFields: ['status', 'missing', 'note'],
    steps: [
      {
        stepId: 'look',
        toolBindings: [{ toolId: 'find', timing: 'DURING_STEP', variableNames: ['status', 'missing'], dependsOn: [] }],
        to: [{ to: 'end', outcomes: ['ACTION_SUCCEEDED'], intentLabel: 'never' }],
      },
      end,
    ],
    ...variation,
  });
  const endWith = (results: Readonly<Record<string, JsonValue>>, before: TurnDraft = {}): Conversation => {
    const conversation = startConversation([look()], before);
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', results }] });
    conversation.turn({ signals: ['CANCEL'] });
    return conversation;
  };
  const list = ({ session }: Conversation): Readonly<Record<string, JsonValue>> =>
    Object.fromEntries([...session.variables].map(([name, { value }]) => [name, value]));

  test('0.4: only those that a tool found move to the session', () => {
    expect(list(endWith({ status: 'lost', note: 'n' }))).toEqual({ status: 'lost' });
  });

  test('0.4: a null result removes nothing that the caller gave', () => {
    expect(list(endWith({ status: null }, { patch: { status: 'known' } }))).toEqual({ status: 'known' });
  });

  test('0.4: a null result of a name that the session does not have moves nothing', () => {
    expect(list(endWith({ status: null }))).toEqual({});
  });

  test('2.1: those of an instance whose scenario was removed are gone', () => {
    const conversation = startConversation([look()]);
    conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { status: 'lost' } }],
    });
    conversation.remove('s');
    expect(conversation.turn().actions).toEqual(['s CANCEL SCENARIO_NOT_FOUND']);
    expect(list(conversation)).toEqual({});
  });
});
