import type { ConditionVariables } from '../../../src/core/conditions';
import { buildVariables, knownVariables, toFields } from './build-variables';
import { evaluate } from './evaluate';

const data = {
  age: 20,
  name: 'Ann',
  vip: true,
  score: 0.5,
  address: { city: 'Bonn', line2: null },
  items: [{ sku: 'a', price: 5 }, { sku: 'b', price: 20 }, { sku: 'c' }],
  sizes: [1, 2, 3],
  lines: [{ text: null }],
  constructor: 'Lego',
};

describe('6: a condition on known data is TRUE or FALSE', () => {
  test.each([
    ['data.age > 18', 'TRUE'],
    ['data.age >= 20 && data.age <= 20', 'TRUE'],
    ['18 < data.age', 'TRUE'],
    ['data.age == 20', 'TRUE'],
    ['data.age == 20.0', 'TRUE'],
    ['data.age != 20', 'FALSE'],
    ['data.age in [18, 20]', 'TRUE'],
    ["data['age'] > 18", 'TRUE'],
    ['data.age + 1.0 == 21.0', 'TRUE'],
    ['int(data.age) + 1 == 21', 'TRUE'],
    ['int(data.age) % 2 == 0', 'TRUE'],
    ['data.score < 1', 'TRUE'],
    ["data.name == 'Ann'", 'TRUE'],
    ["data.name.startsWith('B')", 'FALSE'],
    ["data.name.matches('^A[a-z]+$')", 'TRUE'],
    ['data.name.size() == 3', 'TRUE'],
    ['data.vip', 'TRUE'],
    ['!data.vip', 'FALSE'],
    ["data.vip ? data.age > 18 : data.name == 'x'", 'TRUE'],
    ["data.address.city == 'Bonn'", 'TRUE'],
    ["data.address['city'] == 'Bonn'", 'TRUE'],
    ['data.address.line2 == null', 'TRUE'],
    ["data.address == {'line2': null, 'city': 'Bonn'}", 'TRUE'],
    ['data.sizes == [1, 2, 3]', 'TRUE'],
    ['data.sizes[0] == 1', 'TRUE'],
    ['data.sizes[data.sizes[0]] == 2', 'TRUE'],
    ["{true: 'yes', false: 'no'}[data.vip] == 'yes'", 'TRUE'],
    ["{20: 'x'}[data.age] == 'x'", 'TRUE'],
    ['has(data.lines[0].text)', 'TRUE'],
    ['2 in data.sizes', 'TRUE'],
    ['4 in data.sizes', 'FALSE'],
    ['size(data.sizes) == 3', 'TRUE'],
    ['data.sizes.exists(size, size > 2)', 'TRUE'],
    ['data.sizes.all(size, size > 2)', 'FALSE'],
    ['data.sizes.exists_one(size, size > 2)', 'TRUE'],
    ['data.sizes.filter(size, size > 1) == [2, 3]', 'TRUE'],
    ['data.sizes.map(size, size * 2.0) == [2, 4, 6]', 'TRUE'],
    ['data.sizes.map(size, size > 1, size) == [2, 3]', 'TRUE'],
    ['data.sizes.map(a, data.sizes.filter(b, b > a).size()) == [2, 1, 0]', 'TRUE'],
    ["data.items[1].price > 10 && data.items[1].sku == 'b'", 'TRUE'],
    ["data.constructor == 'Lego'", 'TRUE'],
    ['type(data.age) == double', 'TRUE'],
    ["data.exists(key, key == 'age')", 'TRUE'],
    ["{'Bonn': 3}[data.address.city] == 3", 'TRUE'],
    ["timestamp('2024-02-29T12:00:00Z') < timestamp('2024-03-01T00:00:00Z')", 'TRUE'],
    ['data.age > 18 // an adult', 'TRUE'],
    ['// an adult\n data.age > 18', 'TRUE'],
    ["duration('90m') > duration('1h')", 'TRUE'],
  ])('%s is %s', (text, truth) => {
    expect(evaluate(text, knownVariables(data))).toEqual({ truth, missingFields: [] });
  });
});

describe('6: a condition can read every variable', () => {
  const values = buildVariables({
    data: toFields({ age: 20 }),
    customer: toFields({ tier: 'gold' }),
    session: toFields({ language: 'de' }),
    instance: toFields({ tries: 2 }),
    facts: toFields({ shop_open: true }),
    signal: 'CONTINUE',
    outcome: 'declined',
    changed: ['age'],
    requested: ['price', 'size'],
    visits: 2,
    attempts: 1,
    attempts_total: 4,
    frustration: 'high',
    urgency: 'critical',
    tone: 'angry',
    language: 'de-CH',
  });
  const conditions: Readonly<Record<keyof ConditionVariables, string>> = {
    data: 'data.age == 20',
    customer: "customer.tier == 'gold'",
    session: "session.language == 'de'",
    instance: 'instance.tries == 2',
    facts: 'facts.shop_open',
    intent: "intent == 'refund'",
    intent_score: 'intent_score > 0.5 && intent_score < 1',
    signal: "signal == 'CONTINUE'",
    outcome: "outcome == 'declined'",
    changed: "changed == ['age'] && 'age' in changed",
    requested: "requested.size() == 2 && requested.exists(field, field == 'size')",
    visits: 'visits == 2',
    attempts: 'attempts >= 1',
    attempts_total: 'attempts_total == 4',
    turn: 'turn == 3',
    message: "message.contains('money')",
    tone: "tone == 'angry'",
    frustration: "frustration == 'high'",
    urgency: "urgency in ['high', 'critical']",
    language: "language.startsWith('de')",
  };

  test.each(Object.entries(conditions))('%s: %s', (_, text) => {
    expect(evaluate(text, values)).toEqual({ truth: 'TRUE', missingFields: [] });
  });
});

describe('6: counts are ints and the score is a double', () => {
  test.each([
    'turn + 1 > 3',
    'turn % 2 == 1',
    'turn / 2 == 1',
    'visits + attempts == 1',
    'attempts < 0.5',
    'intent_score * 100.0 > 89.0',
    'intent_score > 0',
    'double(turn) * 1.5 > 4.0',
  ])('%s', (text) => {
    expect(evaluate(text, buildVariables())).toEqual({ truth: 'TRUE', missingFields: [] });
  });
});

describe('6: any other evaluation error is FALSE and is reported without customer values', () => {
  test.each([
    ['data.name > 5', "'>' is not defined for (string, int)"],
    ['data.age + 1 > 3', "'+' is not defined for (double, int)"],
    ['data.age % 2.0 == 0.0', "'%' is not defined for (double, double)"],
    ["data.age.startsWith('2')", "'startsWith' is not defined for (double, string)"],
    ["data.age.matches('2')", "'matches' is not defined for (double, string)"],
    ['!data.name', 'the result is a string, not a bool'],
    ['data.name', 'the result is a string, not a bool'],
    ['data.name && data.vip', 'the result is a string, not a bool'],
    ['data.name ? true : false', 'the result is a string, not a bool'],
    ['[data.name ? true : false] == [true]', "'?:' is not defined for (string)"],
    ['-data.name == data.age', "'-' is not defined for (string)"],
    ['1 / (turn - 3) == 1', 'int divide by zero'],
    ['1 % (turn - 3) == 1', 'int modulus by zero'],
    ['9223372036854775807 + turn > 0', 'int overflow during _+_'],
    ['int(data.name) == 1', 'a function received an invalid value'],
    ['timestamp(data.name) == timestamp(data.name)', 'a function received an invalid value'],
    ["timestamp('2024-01-01T00:00:00Z').getHours(data.name) == 1", 'a function received an invalid value'],
    ['data.age.years == 20', 'a double has no fields'],
    ['has(data.name.first)', 'a string has no fields'],
    ['data.name.size().size() == 1', "'size' is not defined for (int)"],
    ['{1: 2}[data.score] == 1', 'the map has no such key'],
    ["data.sizes['a'] == 1", 'a string cannot be a list index'],
    ['data.sizes[7] == 1', 'the list index is out of range'],
    ['data.sizes[-1] == 1', 'the list index is out of range'],
    ['data[7] == 1', 'the map has no such key'],
    ['data[null] == 1', 'a null_type cannot be a map key'],
    ["{'Köln': 3}[data.address.city] == 3", 'the map has no such key'],
    ['data.name.exists(letter, letter == data.vip)', 'type mismatch: iterable vs string'],
  ])('%s: %s', (text, error) => {
    expect(evaluate(text, knownVariables(data))).toEqual({ truth: 'FALSE', missingFields: [], error });
  });

  test('6: a value of the customer that looks like a message of the library is not reported', () => {
    const message = "found no matching overload for 'a' applied to '(b)'";
    for (const name of [message, `${message} c`, `c ${message}`, `type mismatch: a`]) {
      expect(evaluate('int(data.name) == 1', knownVariables({ name })).error).toBe(
        'a function received an invalid value',
      );
    }
  });

  test.each(['data.name > 5 || data.vip', 'data.vip || data.name > 5', '!(data.name > 5 && !data.vip)'])(
    'an error that does not affect the result is not reported: %s',
    (text) => {
      expect(evaluate(text, knownVariables(data))).toEqual({ truth: 'TRUE', missingFields: [] });
    },
  );
});

describe('6: timestamp accessors do not depend on the time zone of the process', () => {
  test.each([
    ["timestamp('2024-03-31T02:30:00Z').getHours() == 2"],
    ["timestamp('2024-03-31T02:30:00Z').getHours('Europe/Berlin') == 4"],
    ["timestamp('2024-03-31T00:30:00Z').getHours('Europe/Berlin') == 1"],
    ["timestamp('2024-03-31T02:30:00Z').getHours('-03:00') == 23"],
    ["timestamp('2024-03-31T02:30:00Z').getMinutes('+05:30') == 0"],
    ["timestamp('2024-07-01T00:10:00Z').getDayOfYear() == 182"],
    ["timestamp('2024-12-31T23:10:00Z').getFullYear('Asia/Tokyo') == 2025"],
    ["timestamp('2024-01-01T00:00:00.123Z').getMilliseconds() == 123"],
    ["timestamp('2024-06-02T00:00:00Z').getDayOfWeek() == 0"],
    ["timestamp('2024-06-02T00:00:00Z').getMonth() == 5"],
    ["timestamp('2024-06-02T00:00:00Z').getDate() == 2"],
    ["timestamp('2024-06-02T00:00:00Z').getDayOfMonth() == 1"],
    ["timestamp('2024-06-02T00:00:09Z').getSeconds() == 9"],
  ])('%s', (text) => {
    expect(evaluate(text, buildVariables())).toEqual({ truth: 'TRUE', missingFields: [] });
  });
});

describe('6: timestamp accessors accept offsets and named time zones', () => {
  test.each([
    ["timestamp('2024-03-31T02:30:00Z').getMinutes('+00:20') == 50"],
    ["timestamp('2024-03-31T02:30:00Z').getHours('01:45') == 4"],
    ["timestamp('2024-03-31T02:30:00Z').getMinutes('01:45') == 15"],
    ["timestamp('2024-03-31T02:30:00Z').getMinutes('-01:45') == 45"],
    ["timestamp('2024-03-31T23:30:00Z').getDate('Europe/Berlin') == 1"],
    ["timestamp('2024-03-31T23:30:00Z').getMonth('Europe/Berlin') == 3"],
    ["timestamp('2024-01-15T23:30:00Z').getMonth('Europe/Berlin') == 0"],
  ])('%s', (text) => {
    expect(evaluate(text, buildVariables()).truth).toBe('TRUE');
  });

  test.each(['x+01:00', '+01:00x', '1:00', 'Nowhere/City'])('%s is not a time zone', (zone) => {
    expect(evaluate(`timestamp('2024-03-31T02:30:00Z').getHours('${zone}') == 3`, buildVariables())).toMatchObject({
      truth: 'FALSE',
      error: expect.any(String),
    });
  });
});
