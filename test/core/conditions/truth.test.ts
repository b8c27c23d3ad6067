import { evaluate } from './evaluation';
import { fields, knowing, variables } from './variables-builder';

const data = {
  age: 20,
  name: 'Ann',
  vip: true,
  score: 0.5,
  address: { city: 'Bonn', line2: null },
  items: [{ sku: 'a', price: 5 }, { sku: 'b', price: 20 }, { sku: 'c' }],
  sizes: [1, 2, 3],
  constructor: 'Lego',
};

describe('6 conditions: a condition about what is known is TRUE or FALSE', () => {
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
    expect(evaluate(text, knowing(data))).toEqual({ truth, missing: [] });
  });
});

describe('6 conditions: every variable can be read', () => {
  const given = variables({
    data: fields({ age: 20 }),
    customer: fields({ tier: 'gold' }),
    session: fields({ language: 'de' }),
    instance: fields({ tries: 2 }),
    facts: fields({ shop_open: true }),
    signal: 'CONTINUE',
    outcome: 'declined',
    changed: ['age'],
    requested: ['price', 'size'],
    visits: 2,
    attempts: 1,
    frustration: 'high',
    urgency: 'critical',
    tone: 'angry',
  });

  test.each([
    'data.age == 20',
    "customer.tier == 'gold'",
    "session.language == 'de'",
    'instance.tries == 2',
    'facts.shop_open',
    "intent == 'refund'",
    'intent_score > 0.5 && intent_score < 1',
    "signal == 'CONTINUE'",
    "outcome == 'declined'",
    "changed == ['age'] && 'age' in changed",
    "requested.size() == 2 && requested.exists(field, field == 'size')",
    'visits == 2',
    'attempts >= 1',
    'turn == 3',
    "message.contains('money')",
    "tone == 'angry'",
    "frustration == 'high'",
    "urgency in ['high', 'critical']",
  ])('%s', (text) => {
    expect(evaluate(text, given)).toEqual({ truth: 'TRUE', missing: [] });
  });
});

describe('6 conditions: counts are ints and the score is a double', () => {
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
    expect(evaluate(text, variables())).toEqual({ truth: 'TRUE', missing: [] });
  });
});

describe('6 conditions: any other evaluation error is FALSE and is reported without the customer’s values', () => {
  test.each([
    ['data.name > 5', "there is no '>' for (string, int)"],
    ['data.age + 1 > 3', "there is no '+' for (double, int)"],
    ['data.age % 2.0 == 0.0', "there is no '%' for (double, double)"],
    ["data.age.startsWith('2')", "there is no 'startsWith' for (double, string)"],
    ["data.age.matches('2')", "there is no 'matches' for (double, string)"],
    ['!data.name', 'the result is a string and no bool'],
    ['data.name', 'the result is a string and no bool'],
    ['data.name && data.vip', 'the result is a string and no bool'],
    ['data.name ? true : false', 'the result is a string and no bool'],
    ['[data.name ? true : false] == [true]', "there is no '?:' for (string)"],
    ['-data.name == data.age', "there is no '-' for (string)"],
    ['1 / (turn - 3) == 1', 'int divide by zero'],
    ['1 % (turn - 3) == 1', 'int modulus by zero'],
    ['9223372036854775807 + turn > 0', 'int overflow during _+_'],
    ['int(data.name) == 1', 'a function cannot take the value that it is given'],
    ['timestamp(data.name) == timestamp(data.name)', 'a function cannot take the value that it is given'],
    ["timestamp('2024-01-01T00:00:00Z').getHours(data.name) == 1", 'a function cannot take the value that it is given'],
    ['data.age.years == 20', 'a double has no fields'],
    ['has(data.name.first)', 'a string has no fields'],
    ["data.sizes['a'] == 1", 'a string is no index'],
    ['data.sizes[7] == 1', 'a list does not have the index'],
    ['data.sizes[-1] == 1', 'a list does not have the index'],
    ['data[7] == 1', 'a map does not have the key'],
    ['data[null] == 1', 'a null_type is no key'],
    ["{'Köln': 3}[data.address.city] == 3", 'a map does not have the key'],
    ['data.name.exists(letter, letter == data.vip)', 'type mismatch: iterable vs string'],
  ])('%s: %s', (text, error) => {
    expect(evaluate(text, knowing(data))).toEqual({ truth: 'FALSE', missing: [], error });
  });

  test.each(['data.name > 5 || data.vip', 'data.vip || data.name > 5', '!(data.name > 5 && !data.vip)'])(
    'an error that the logic can do without is none: %s',
    (text) => {
      expect(evaluate(text, knowing(data))).toEqual({ truth: 'TRUE', missing: [] });
    },
  );
});

describe('6 conditions: parts of a point in time do not depend on the time zone of the process', () => {
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
    expect(evaluate(text, variables())).toEqual({ truth: 'TRUE', missing: [] });
  });
});
