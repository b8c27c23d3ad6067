import type { FieldSource, RejectedValue } from '../../../src/core/model/field-definition';
import type { JsonValue } from '../../../src/core/model/json';
import { Conversation, type PlayedTurn, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { aText, type FieldDraft } from '../../support/field-definitions';
import { asking, end } from '../../support/sample-scenarios';

/** Rejected values as text, for example `age RULE CUSTOMER 7`. */
function formatRejected(rejected: readonly RejectedValue[]): readonly string[] {
  return rejected.map(({ fieldName, reason, source, value }) =>
    [fieldName, reason, source, ...(value === undefined ? [] : [JSON.stringify(value)])].join(' '),
  );
}
const rejectedIn = (played: PlayedTurn) => formatRejected(played.result.plan.rejectedValues);

/** Plays turns with a started scenario that asks for `age`, then `name`. */
function start(fields: readonly FieldDraft[], ...turns: readonly TurnDraft[]) {
  const conversation = new Conversation([asking('s', ['age', 'name'])], { fields });
  const first = conversation.turn({ candidates: { s: 0.9 } });
  const played = turns.map((turn) => conversation.turn(turn));
  return { conversation, first, last: played.at(-1) ?? first };
}

const age: FieldDraft = { name: 'age', type: 'INTEGER', valid: 'value >= 18.0', reason: aText('Adults only.') };

describe('10: a value is normalized, then checked', () => {
  test('10: the normalized value is stored', () => {
    const { conversation } = start([age], { variables: { age: ' 20 ' }, patch: { other: ' x ' } });
    expect(conversation.session.variables.get('age')?.value).toBe(20);
    expect(conversation.session.variables.get('other')?.value).toBe(' x ');
  });

  test('10: a value is not a change if its normalized form is already known', () => {
    const { last } = start([age], { variables: { age: 20 } }, { variables: { age: '20' } });
    expect(last.result.context.changedFields).toEqual([]);
  });

  test.each<[string, TurnDraft, string]>([
    ['a value of another type', { variables: { age: 'old' } }, 'age TYPE CUSTOMER "old"'],
    ['a value against the rule', { variables: { age: '17' } }, 'age RULE CUSTOMER "17"'],
    ['a value of the patch', { patch: { age: 17 } }, 'age RULE CALLER 17'],
    ['a value of the profile', { customer: { age: 'x' } }, 'age TYPE PROFILE "x"'],
  ])('10: %s is rejected and reported as it was given', (_what, turn, expected) => {
    const { last, conversation } = start([age], turn);
    expect(rejectedIn(last)).toEqual([expected]);
    expect(last.plan).toEqual(['s ASK age']);
    expect(conversation.session.variables.size).toBe(0);
    expect(last.result.plan.rejectedValues[0]?.text).toBe('Adults only.');
  });

  test('10: a rejected value does not change the known value', () => {
    const { last, conversation } = start([age], { variables: { age: 20 } }, { variables: { age: 3 } });
    expect(rejectedIn(last)).toEqual(['age RULE CUSTOMER 3']);
    expect(conversation.session.variables.get('age')?.value).toBe(20);
    expect(last.result.context.changedFields).toEqual([]);
    expect(last.transition('s').correctedFields).toEqual([]);
  });

  test('10: a rejected profile value is not visible to conditions that read the profile', () => {
    const scenario = { scenarioId: 's', entryCondition: 'has(customer.age)', steps: [end] };
    const conversation = new Conversation([scenario], { fields: [age] });
    expect(conversation.turn({ candidates: { s: 0.9 }, customer: { age: 3 } }).rejections).toEqual([
      's ENTRY_CONDITION',
    ]);
    expect(conversation.turn({ candidates: { s: 0.9 }, customer: { age: '30' } }).actions).toEqual([
      's START CANDIDATE',
    ]);
  });

  test('10: a null is not checked against type or rule', () => {
    const { last, conversation } = start([age], { variables: { age: 20 } }, { variables: { age: null } });
    expect(rejectedIn(last)).toEqual([]);
    expect(conversation.session.variables.get('age')?.value).toBeNull();
  });

  test('10: the values of one turn are reported from the oldest source to the newest, maps by name', () => {
    const fields = ['a', 'b'].map((name): FieldDraft => ({ name, type: 'BOOLEAN' }));
    const conversation = new Conversation([], { fields });
    const played = conversation.turn({
      customer: { b: 1, a: 2 },
      patch: { b: 3, a: 4 },
      variables: { b: 5, a: 6 },
    });
    expect(rejectedIn(played)).toEqual([
      'a TYPE PROFILE 2',
      'b TYPE PROFILE 1',
      'a TYPE CALLER 4',
      'b TYPE CALLER 3',
      'b TYPE CUSTOMER 5',
      'a TYPE CUSTOMER 6',
    ]);
  });

  test('10: the value of a sensitive field is not reported', () => {
    const { last } = start([{ ...age, sensitive: true }], { variables: { age: 3 } });
    expect(rejectedIn(last)).toEqual(['age RULE CUSTOMER']);
  });

  test('10: a field without a definition accepts any value', () => {
    const { last } = start([], { variables: { age: { a: [1] } } });
    expect([rejectedIn(last), last.plan]).toEqual([[], ['s ASK name']]);
  });
});

describe('10: the rule reads value and data', () => {
  const from: FieldDraft = { name: 'from', type: 'DATE' };
  const to: FieldDraft = { name: 'to', type: 'DATE', valid: 'value > data.from' };
  const play = (fields: readonly FieldDraft[], ...turns: readonly TurnDraft[]) => {
    const conversation = new Conversation([], { fields });
    const played = turns.map((turn) => conversation.turn(turn));
    return { known: Object.fromEntries(conversation.session.variables), last: played.at(-1) };
  };
  const day = (number: number): string => `2026-01-${String(number).padStart(2, '0')}`;

  test.each([
    ['before', { from: day(2), to: day(1) }],
    ['after', { to: day(1), from: day(2) }],
  ])('10: a rule sees the values of the turn, also one that is given %s it', (_order, variables) => {
    const { known, last } = play([from, to], { variables: { from: day(5) } }, { variables });
    expect(Object.keys(known)).toEqual(['from']);
    expect(last && rejectedIn(last)).toEqual([`to RULE CUSTOMER "${day(1)}"`]);
  });

  test('10: a rule is evaluated after the rule of the value that it reads', () => {
    const checked: FieldDraft = { ...from, valid: 'value > "2026-01-01"' };
    const { known, last } = play(
      [to, checked],
      { variables: { from: day(5) } },
      { variables: { to: day(3), from: day(2) } },
    );
    expect(last && rejectedIn(last)).toEqual([]);
    expect(known).toMatchObject({ from: { value: day(2) }, to: { value: day(3) } });
  });

  test('10: a rejected value has no effect on the other values of the turn', () => {
    const strict: FieldDraft = { ...from, valid: 'value > "2026-01-03"' };
    const { known } = play([to, strict], { variables: { from: day(5) } }, { variables: { to: day(7), from: day(1) } });
    expect(known).toMatchObject({ from: { value: day(5) }, to: { value: day(7) } });
  });

  test('10: rules that read each other are checked in the order of the values', () => {
    const circular: FieldDraft = { ...from, valid: '!has(data.to) || value < data.to' };
    const { known, last } = play([circular, to], { variables: { to: day(3), from: day(4) } });
    expect(Object.keys(known)).toEqual(['to']);
    expect(last && rejectedIn(last)).toEqual([`from RULE CUSTOMER "${day(4)}"`]);
    expect(last?.result.context.conditionErrors).toEqual(['to: not known: from']);
  });

  test('10: data has the previous value of the field that is checked', () => {
    const growing: FieldDraft = { name: 'x', type: 'NUMBER', valid: '!has(data.x) || value > data.x' };
    const { known } = play([growing], { variables: { x: 3 } }, { variables: { x: 2 } }, { variables: { x: '4' } });
    expect(known).toMatchObject({ x: { value: 4 } });
  });

  test('10: data has only the accepted values of the profile', () => {
    const limit: FieldDraft = { name: 'limit', type: 'NUMBER' };
    const amount: FieldDraft = { name: 'amount', type: 'NUMBER', valid: 'value <= data.limit' };
    const { last } = play([limit, amount], { customer: { limit: '10' }, variables: { amount: 11 } });
    expect(last && rejectedIn(last)).toEqual(['amount RULE CUSTOMER 11']);
    const { last: open } = play([limit, amount], { customer: { limit: 'none' }, variables: { amount: 11 } });
    expect(open && rejectedIn(open)).toEqual(['limit TYPE PROFILE "none"']);
  });

  test('10: data has the tool results of the instance that asks', () => {
    const conversation = new Conversation(
      [
        {
          scenarioId: 'pay',
          steps: [
            {
              stepId: 'look',
              toolBindings: [{ toolId: 'b', timing: 'DURING_STEP', variableNames: ['balance'], dependsOn: [] }],
              to: [{ to: 'amount', outcomes: ['ACTION_SUCCEEDED'] }],
            },
            { stepId: 'amount', collectsProfileFields: ['amount'], to: ['end'] },
            end,
          ],
        },
      ],
      { fields: [{ name: 'amount', type: 'NUMBER', valid: 'value <= data.balance' }] },
    );
    conversation.turn({ candidates: { pay: 0.9 } });
    const outcomes = [{ kind: 'ACTION_SUCCEEDED', toolId: 'b', results: { balance: 50 } }] as const;
    expect(conversation.turn({ trigger: 'TOOL_RESULTS', outcomes }).plan).toEqual(['pay ASK amount']);
    expect(conversation.turn({ variables: { amount: 60 } }).plan).toEqual(['pay ASK amount']);
    expect(conversation.turn({ variables: { amount: 40 } }).plan).toEqual(['pay INFORM bye']);
  });

  test.each<[string, string, JsonValue, string]>([
    ['UNKNOWN', 'value > data.from && value < data.until', '2026-01-01', 'x: not known: from, until'],
    ['UNKNOWN within a value', 'value.a == 1', { b: 1 }, 'x: the rule reads a value that is not known'],
    ['an error', 'value / 0 == 1', '1', 'x: '],
  ])('10: a rule that is %s counts as fulfilled and is reported', (_what, valid, value, expected) => {
    const { known, last } = play([{ name: 'x', valid }], { variables: { x: value } });
    expect(known).toMatchObject({ x: { value } });
    expect(last?.result.context.conditionErrors).toEqual([expect.stringContaining(expected)]);
    expect(last && rejectedIn(last)).toEqual([]);
  });

  test('10: a rule that holds is not reported', () => {
    expect(play([age], { variables: { age: 20 } }).last?.result.context.conditionErrors).toEqual([]);
  });
});

describe('10: sources', () => {
  const status = { toolId: 'status_tool', timing: 'DURING_STEP', variableNames: ['status'], dependsOn: [] } as const;
  const lookUp = (collects: readonly string[] = []) => ({
    scenarioId: 'l',
    steps: [
      { stepId: 'look', toolBindings: [status], to: ['ask'] },
      { stepId: 'ask', collectsProfileFields: ['x', ...collects], to: ['end'] },
      end,
    ],
  });
  const given: Readonly<Record<FieldSource, TurnDraft>> = {
    CUSTOMER: { variables: { status: 'given' } },
    CALLER: { patch: { status: 'given' } },
    TOOL: { outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'status_tool', results: { status: 'given' } }] },
    PROFILE: { customer: { status: 'given' } },
  };

  function findAccepted(fields: readonly FieldDraft[], collects: readonly string[] = []): readonly string[] {
    return Object.entries(given).flatMap(([source, turn]) => {
      const conversation = new Conversation([lookUp(collects)], { fields });
      conversation.turn({ candidates: { l: 0.9 } });
      const rejected = rejectedIn(conversation.turn(turn));
      expect(rejected).toEqual(rejected.length === 0 ? [] : [`status SOURCE ${source} "given"`]);
      return rejected.length === 0 ? [source] : [];
    });
  }
  const all = ['CUSTOMER', 'CALLER', 'TOOL', 'PROFILE'];
  const withoutCustomer = ['CALLER', 'TOOL', 'PROFILE'];

  test.each<[string, readonly FieldDraft[], readonly string[], readonly string[]]>([
    ['only tools provide excludes the customer without a definition', [], [], withoutCustomer],
    [
      'only tools provide excludes the customer with a definition without sources',
      [{ name: 'status' }],
      [],
      withoutCustomer,
    ],
    ['a step collects accepts every source', [], ['status'], all],
    [
      'only tools provide accepts the sources in its definition',
      [{ name: 'status', sources: ['CUSTOMER', 'TOOL'] }],
      [],
      ['CUSTOMER', 'TOOL'],
    ],
    [
      'a step collects accepts only the sources in its definition',
      [{ name: 'status', sources: ['PROFILE'] }],
      ['status'],
      ['PROFILE'],
    ],
  ])('10: a name that %s', (_what, fields, collects, expected) => {
    expect(findAccepted(fields, collects)).toEqual(expected);
  });

  test('10: the customer can set a tool field that another scenario collects', () => {
    const conversation = new Conversation([lookUp(), asking('other', ['status'])]);
    expect(rejectedIn(conversation.turn({ variables: { status: 'x' } }))).toEqual([]);
  });

  test('10: a source that cannot set a field cannot clear it', () => {
    const conversation = new Conversation([lookUp()]);
    conversation.turn({ patch: { status: 'lost' } });
    expect(rejectedIn(conversation.turn({ variables: { status: null } }))).toEqual(['status SOURCE CUSTOMER null']);
    expect(conversation.session.variables.get('status')?.value).toBe('lost');
  });

  test('10: a profile field without a value is not rejected', () => {
    const conversation = new Conversation([], { fields: [{ name: 'x', type: 'TEXT', sources: ['CALLER'] }] });
    expect(rejectedIn(conversation.turn({ customer: { x: null } }))).toEqual([]);
  });

  test('10: a rejected result is not stored, but the other results of its outcome are', () => {
    const conversation = new Conversation([lookUp()], { fields: [{ name: 'status', type: 'BOOLEAN' }] });
    conversation.turn({ candidates: { l: 0.9 } });
    const results = { status: 'lost', note: ' x ' };
    const played = conversation.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'status_tool', results }] });
    expect(rejectedIn(played)).toEqual(['status TYPE TOOL "lost"']);
    expect(conversation.instance('l').variables).toEqual(new Map([['note', ' x ']]));
    expect(played.plan).toEqual(['l ASK x']);
  });

  test('10: results of an outcome that is not applied are not checked', () => {
    const conversation = new Conversation([lookUp()], { fields: [{ name: 'status', type: 'BOOLEAN' }] });
    const outcome = { kind: 'ACTION_SUCCEEDED', instanceId: 'gone', results: { status: 'lost' } } as const;
    const played = conversation.turn({ outcomes: [outcome] });
    expect(rejectedIn(played)).toEqual([]);
    expect(played.result.ignoredOutcomes).toMatchObject([{ outcome: { results: new Map([['status', 'lost']]) } }]);
  });
});

describe('10: the data that a rule reads', () => {
  const limited: FieldDraft = { name: 'amount', type: 'INTEGER', valid: 'value <= data.limit' };
  /** Looks up a limit and then asks for the amount. */
  const withLimit = (scenarioId: string, ...fields: readonly string[]): ScenarioDraft => {
    const [first] = asking(scenarioId, fields).steps;
    return {
      scenarioId,
      whenNotAddressed: 'CONTRIBUTE',
      steps: [
        { stepId: 'wait', to: [{ to: first?.stepId ?? '', outcomes: ['ACTION_SUCCEEDED'] }] },
        ...asking(scenarioId, fields).steps,
      ],
    };
  };
  /** The limits of the scenarios are 10 and 100. The scenario that asked last has the focus. */
  const startBoth = (first: ScenarioDraft, second: ScenarioDraft): Conversation => {
    const conversation = new Conversation([first, second], { fields: [limited] });
    conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
    const found = (instanceId: string, limit: number): TurnDraft => ({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId, results: { limit } }],
    });
    conversation.turn(found('a#1', 10));
    conversation.turn(found('b#1', 100));
    expect(conversation.input().session.instances.map(({ variables }) => variables.get('limit'))).toEqual([10, 100]);
    return conversation;
  };
  const amount: TurnDraft = { variables: { amount: 50 } };

  test('10: is that of the instance that asks for the field', () => {
    const conversation = startBoth(withLimit('a', 'amount'), withLimit('b', 'name', 'amount'));
    expect(rejectedIn(conversation.turn(amount))).toEqual(['amount RULE CUSTOMER 50']);
  });

  test('10: is not that of a paused instance that asks', () => {
    const conversation = startBoth(withLimit('a', 'amount'), withLimit('b', 'name', 'amount'));
    conversation.turn({
      signals: [
        ['PAUSE', 'a'],
        ['CONTINUE', 'b'],
      ],
    });
    expect(rejectedIn(conversation.turn(amount))).toEqual([]);
  });

  test('10: is that of the focus if no instance asks for the field', () => {
    const conversation = startBoth(withLimit('a', 'name', 'amount'), withLimit('b', 'code', 'amount'));
    expect(rejectedIn(conversation.turn({ ...amount, trigger: 'TOOL_RESULTS' }))).toEqual([]);
  });
});

describe('10: several values of one turn', () => {
  const play = (fields: readonly FieldDraft[], draft: TurnDraft) => {
    const { conversation, last } = start(fields, draft);
    const stored = Object.fromEntries([...conversation.session.variables].map(([name, { value }]) => [name, value]));
    return { stored, rejected: rejectedIn(last) };
  };
  const size: FieldDraft = { name: 'size', type: 'INTEGER' };

  test('10: each rejected value of a map is removed, and reported by name', () => {
    expect(play([size, age], { patch: { size: 'big', age: 'old', other: 1 } })).toEqual({
      stored: { other: 1 },
      rejected: ['age TYPE CALLER "old"', 'size TYPE CALLER "big"'],
    });
  });

  test('10: each rejected variable is removed, and the others keep their place', () => {
    const played = play([size, age], { variables: { size: 'big', age: '20', other: 1 } });
    expect(played).toEqual({ stored: { age: 20, other: 1 }, rejected: ['size TYPE CUSTOMER "big"'] });
  });

  test('10: a rule reads a value of the turn that has no definition', () => {
    const limited: FieldDraft = { name: 'size', type: 'INTEGER', valid: 'value <= data.limit' };
    expect(play([limited], { variables: { size: 5, limit: 3 } }).rejected).toEqual(['size RULE CUSTOMER 5']);
  });

  test('10: a rule reads the newest of two values of the turn, and not its own new value', () => {
    const grows: FieldDraft = { name: 'size', type: 'INTEGER', valid: '!has(data.size) || value > data.size' };
    expect(play([grows], { patch: { size: 5 }, variables: { size: 4 } }).rejected).toEqual(['size RULE CUSTOMER 4']);
    const limited: FieldDraft = { name: 'size', type: 'INTEGER', valid: 'value <= data.limit' };
    const limit: FieldDraft = { name: 'limit', type: 'INTEGER', valid: 'value > 0.0' };
    expect(play([limited, limit], { patch: { limit: 9 }, variables: { size: 5, limit: 3 } }).rejected).toEqual([
      'size RULE CUSTOMER 5',
    ]);
  });

  test('10: a value of the profile is checked with its rule and read as the profile', () => {
    const limited: FieldDraft = { name: 'size', type: 'INTEGER', valid: 'value <= data.limit' };
    const limit: FieldDraft = { name: 'limit', type: 'INTEGER', valid: 'value > 0.0' };
    expect(play([limited, limit], { customer: { limit: 3 }, variables: { size: 5 } }).rejected).toEqual([
      'size RULE CUSTOMER 5',
    ]);
    expect(
      play([limited, limit], { customer: { limit: 3 }, patch: { limit: 9 }, variables: { size: 5 } }).rejected,
    ).toEqual([]);
  });

  test('10: a rule of a result reads the other results of its instance, and not those of another one', () => {
    const limited: FieldDraft = { name: 'size', type: 'INTEGER', valid: 'value <= data.limit' };
    const waitsFor = (scenarioId: string): ScenarioDraft => ({
      scenarioId,
      steps: [{ stepId: 'wait', to: [{ to: 'end', outcomes: ['ACTION_SUCCEEDED'] }] }, end],
    });
    const conversation = new Conversation([waitsFor('a'), waitsFor('b')], { fields: [limited] });
    conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [
        { kind: 'ACTION_SUCCEEDED', instanceId: 'a#1', results: { limit: 3, size: 5 } },
        { kind: 'ACTION_SUCCEEDED', instanceId: 'b#1', results: { limit: 9, size: 5 } },
      ],
    });
    expect(rejectedIn(played)).toEqual(['size RULE TOOL 5']);
    expect(conversation.session.instances.map(({ variables }) => variables.get('size'))).toEqual([undefined, 5]);
  });
});
