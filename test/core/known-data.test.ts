import { Conversation, type TurnDraft } from '../support/conversation';
import { asking, confirming } from '../support/sample-scenarios';

/** Shows what it knows of `x` on every turn: `probe CONFIRM x=...`, or `probe CONFIRM ` where it knows nothing. */
const probe = confirming('probe', { confirms: ['x'], whenNotAddressed: 'CONTRIBUTE' });
const other = confirming('other', { confirms: ['x'], whenNotAddressed: 'CONTRIBUTE' });
/** A result that ends no stage. */
const result = (x: string | null, instanceId = 'probe#1'): NonNullable<TurnDraft['outcomes']> => [
  { kind: 'ACTION_FAILED', instanceId, results: { x } },
];

function played(...drafts: readonly TurnDraft[]): readonly string[] {
  const talk = new Conversation([probe]);
  const plans = drafts.map(
    (draft, index) => talk.turn(index === 0 ? { candidates: { probe: 0.9 }, ...draft } : draft).plan,
  );
  return plans.flat();
}

test('0.4 known data: the newest of candidate variables, results, instance, session and customer counts', () => {
  const customer = { x: 'customer' };
  expect(
    played(
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
  ['a result over a patch', { outcomes: result('result'), patch: { x: 'patch' } }, 'result'],
  ['a candidate variable over a patch', { variables: { x: 'variable' }, patch: { x: 'patch' } }, 'variable'],
  ['a candidate variable over a null in the patch', { variables: { x: 'variable' }, patch: { x: null } }, 'variable'],
])('0.4 known data: of one turn %s', (_rule, draft, x) => {
  expect(played({}, draft, {}).slice(1)).toEqual([`probe CONFIRM x=${x}`, `probe CONFIRM x=${x}`]);
});

test.each<[string, readonly TurnDraft[]]>([
  ['a candidate variable', [{ variables: { x: null } }]],
  ['a result', [{ outcomes: result(null) }]],
  ['a result over a value of the session', [{ patch: { x: 's' } }, { outcomes: result(null) }]],
])('0.4 known data: a null of %s hides what an older source knows, until a newer value comes', (_source, drafts) => {
  const customer = { x: 'customer' };
  const told = played(
    { customer },
    ...drafts.map((draft) => ({ ...draft, customer })),
    { customer },
    { customer, variables: { x: 'new' } },
  );
  expect(told.slice(-3)).toEqual(['probe CONFIRM ', 'probe CONFIRM ', 'probe CONFIRM x=new']);
});

test('0.4 known data: a null in customer_data is not known', () => {
  expect(played({ customer: { x: null } })).toEqual(['probe CONFIRM ']);
});

test('0.4 known data: an empty string is a value', () => {
  expect(played({ variables: { x: '' } })).toEqual(['probe CONFIRM x=']);
});

test('0.4 known data: a null in session_variables deletes the key, and what is older shows through', () => {
  const customer = { x: 'customer' };
  expect(played({ customer }, { customer, patch: { x: 's' } }, { customer, patch: { x: null } }).slice(1)).toEqual([
    'probe CONFIRM x=s',
    'probe CONFIRM x=customer',
  ]);
});

test('0.4 known data: candidate variables are stored in the session with their scope, a null as null', () => {
  const talk = new Conversation([]);
  talk.turn({ variables: { x: 1, y: null }, scopes: { x: 'IDENTITY' }, patch: { z: true, gone: null } });
  expect(talk.session.variables).toEqual(
    new Map([
      ['x', { value: 1, scope: 'IDENTITY' }],
      ['y', { value: null, scope: 'CASE' }],
      ['z', { value: true, scope: 'SESSION' }],
    ]),
  );
});

test.each<[string, TurnDraft]>([
  ['a candidate variable', { variables: { x: 'new' } }],
  ['a null candidate variable', { variables: { x: null } }],
  ['a patch key', { patch: { x: 'new' } }],
  ['a null in the patch', { patch: { x: null } }],
])('0.4 known data: storing %s removes it from all instances', (_kind, draft) => {
  const talk = new Conversation([probe, other]);
  talk.turn({ candidates: { probe: 0.9, other: 0.8 } });
  talk.turn({ outcomes: [...result('one'), ...result('two', 'other#1')] });
  expect(talk.instance('probe').variables).toEqual(new Map([['x', 'one']]));
  talk.turn(draft);
  expect([talk.instance('probe').variables.size, talk.instance('other').variables.size]).toEqual([0, 0]);
});

test('0.4 known data: a result is stored in its own instance and removes nothing elsewhere', () => {
  const talk = new Conversation([probe, other]);
  talk.turn({ candidates: { probe: 0.9, other: 0.8 }, patch: { x: 'session' } });
  talk.turn({ outcomes: result('two', 'other#1') });
  const told = talk.turn({ outcomes: result('one') });
  expect(told.plan).toEqual(['probe CONFIRM x=one', '(deferred) other CONFIRM x=two']);
  expect(talk.session.variables.get('x')?.value).toBe('session');
});

describe('0.4 known data when instances end', () => {
  const refund = asking('refund', ['order_id', 'reason']);
  const exchange = asking('exchange', ['order_id', 'size']);
  const given: TurnDraft = { candidates: { refund: 0.9 }, variables: { order_id: '123' } };
  const cancel = (...ids: readonly string[]): TurnDraft => ({ signals: [['CANCEL', ...ids]] });

  test('0.4 a CASE field goes with the last instance whose scenario collects it, also a null', () => {
    const talk = new Conversation([refund]);
    talk.turn({ ...given, variables: { order_id: '123', reason: null, hobby: 'chess' } });
    talk.turn(cancel('refund'));
    expect([...talk.session.variables.keys()]).toEqual(['hobby']);
  });

  test('0.4 a CASE field that a persisted_fields lists stays', () => {
    const talk = new Conversation([{ ...refund, persistedFields: ['order_id'] }]);
    talk.turn(given);
    talk.turn(cancel('refund'));
    expect(talk.session.variables.has('order_id')).toBe(true);
  });

  test.each(['IDENTITY', 'BUSINESS', 'SESSION'] as const)('0.4 a field of scope %s stays', (scope) => {
    const talk = new Conversation([refund]);
    talk.turn({ ...given, scopes: { order_id: scope } });
    talk.turn(cancel('refund'));
    expect(talk.session.variables.has('order_id')).toBe(true);
  });

  test('0.4 a key of the patch is no CASE field and stays', () => {
    const talk = new Conversation([refund]);
    talk.turn({ candidates: { refund: 0.9 }, patch: { order_id: '123' } });
    talk.turn(cancel('refund'));
    expect(talk.session.variables.has('order_id')).toBe(true);
  });

  test('0.4 a CASE field that two instances share stays until the second has ended, paused or not', () => {
    const talk = new Conversation([refund, exchange]);
    talk.turn({ ...given, candidates: { refund: 0.9, exchange: 0.8 } });
    talk.turn({
      signals: [
        ['CANCEL', 'refund'],
        ['PAUSE', 'exchange'],
      ],
    });
    expect(talk.session.variables.has('order_id')).toBe(true);
    talk.turn(cancel('exchange'));
    expect(talk.session.variables.has('order_id')).toBe(false);
  });

  test('0.4 a CASE field that two instances share goes when both end at once, unless one of them persists it', () => {
    const both = (persists: readonly string[]): boolean => {
      const talk = new Conversation([{ ...refund, persistedFields: persists }, exchange]);
      talk.turn({ ...given, candidates: { refund: 0.9, exchange: 0.8 } });
      talk.turn(cancel('refund', 'exchange'));
      return talk.session.variables.has('order_id');
    };
    expect([both([]), both(['order_id'])]).toEqual([false, true]);
  });

  test('0.4 a CASE field stays for an instance that starts on the turn on which the other ends', () => {
    const talk = new Conversation([refund, exchange]);
    talk.turn(given);
    const swapped = talk.turn({ ...cancel('refund'), candidates: { exchange: 0.9 } });
    expect(swapped.plan).toEqual(['exchange ASK size']);
    expect(talk.session.variables.has('order_id')).toBe(true);
  });

  test("0.4 an instance's own variables end with it", () => {
    const talk = new Conversation([probe]);
    talk.turn({ candidates: { probe: 0.9 } });
    expect(talk.turn({ outcomes: result('one') }).plan).toEqual(['probe CONFIRM x=one']);
    talk.turn(cancel('probe'));
    expect(talk.turn({ candidates: { probe: 0.9 } }).plan).toEqual(['probe CONFIRM ']);
  });
});

test('0.4 known data: two instances that start on one turn both know what it brought', () => {
  const talk = new Conversation([probe, other]);
  const told = talk.turn({ candidates: { probe: 0.9, other: 0.8 }, variables: { x: 'given' } });
  expect(told.plan).toEqual(['other CONFIRM x=given', '(deferred) probe CONFIRM x=given']);
});
