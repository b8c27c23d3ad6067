import type { JsonObject } from '../../../src/core/model/json';
import { buildVariables, knownVariables, toFields } from './build-variables';
import { evaluate } from './evaluate';

const data: JsonObject = {
  age: 20,
  name: 'Ann',
  vip: true,
  address: { city: 'Bonn' },
  items: [{ price: 5 }, { sku: 'c' }],
};

describe('3.3: a condition that depends on a missing key is UNKNOWN', () => {
  test.each<[text: string, missingFields: string[]]>([
    ["data.zip == 'x'", ['zip']],
    ["data['zip'] == 'x'", ['zip']],
    ["!(data.zip == 'x')", ['zip']],
    ['data.zip', ['zip']],
    ['data.width * data.height > 5.0', ['height', 'width']],
    ["data.zip == 'x' || data.age < 18", ['zip']],
    ["data.zip == 'x' && data.age > 18", ['zip']],
    ["data.zip == 'x' && data.street == 'y'", ['street', 'zip']],
    ["data.zip == 'x' || data.street == 'y'", ['street', 'zip']],
    ["data.zip == 'x' ? data.a == 1 : data.b == 1", ['zip']],
    ['data.vip ? data.a == 1 : data.b == 1', ['a']],
    ["size(data.zip) == 5 && 'x' in data.tags", ['tags', 'zip']],
    ["data.tags.exists(tag, tag == 'x')", ['tags']],
    ["[1].exists(n, data.zip == 'x')", ['zip']],
    ['data.zip.code == 1', ['zip']],
    ['has(data.zip.code)', ['zip']],
    ['data.constructor == 1', ['constructor']],
    ['data.__proto__ == 1', ['__proto__']],
    ['data.toString == 1', ['toString']],
  ])('%s reports the missing fields %j', (text, missingFields) => {
    expect(evaluate(text, knownVariables(data))).toEqual({ truth: 'UNKNOWN', missingFields });
  });

  test.each([
    "data.address.zip == 'x'",
    'data.address.constructor == 1',
    'data.items.all(item, item.price > 0)',
    'data.items[1].price == 1',
    "data[intent] == 'x'",
    "customer.tier == 'gold'",
    "session.language == 'de'",
    'instance.tries == 1',
    'facts.shop_open',
  ])('%s reports no missing field, because the missing key is not a field', (text) => {
    expect(evaluate(text, knownVariables(data))).toEqual({ truth: 'UNKNOWN', missingFields: [] });
  });

  test('0.4: a null is not a known value', () => {
    const given = buildVariables({ customer: toFields({ tier: null }), session: toFields({ tier: null }) });
    expect(evaluate("customer.tier == 'gold'", given).truth).toBe('UNKNOWN');
    expect(evaluate("data.zip == 'x'", knownVariables({ zip: null }))).toEqual({
      truth: 'UNKNOWN',
      missingFields: ['zip'],
    });
    expect(evaluate('has(session.tier)', given).truth).toBe('FALSE');
    expect(evaluate('size(session) == 0', given).truth).toBe('TRUE');
  });
});

describe('3.3: && and || ignore an UNKNOWN operand that does not affect the result', () => {
  const values = { T: 'data.vip', F: '!data.vip', U: "data.zip == 'x'", E: 'data.name > 5' };
  const truthByLetter = { T: 'TRUE', F: 'FALSE', U: 'UNKNOWN', E: 'FALSE' } as const;
  type Part = keyof typeof values;
  const tables: [operator: string, rows: Record<Part, Record<Part, Part>>][] = [
    [
      '&&',
      {
        T: { T: 'T', F: 'F', U: 'U', E: 'E' },
        F: { T: 'F', F: 'F', U: 'F', E: 'F' },
        U: { T: 'U', F: 'F', U: 'U', E: 'U' },
        E: { T: 'E', F: 'F', U: 'U', E: 'E' },
      },
    ],
    [
      '||',
      {
        T: { T: 'T', F: 'T', U: 'T', E: 'T' },
        F: { T: 'T', F: 'F', U: 'U', E: 'E' },
        U: { T: 'T', F: 'U', U: 'U', E: 'U' },
        E: { T: 'T', F: 'E', U: 'U', E: 'E' },
      },
    ],
  ];
  const parts: Part[] = ['T', 'F', 'U', 'E'];
  const cases = tables.flatMap(([operator, rows]) =>
    parts.flatMap((left) => parts.map((right) => [left, operator, right, rows[left][right]] as const)),
  );

  test.each(cases)('%s %s %s is %s', (left, operator, right, expected) => {
    const result = evaluate(`${values[left]} ${operator} ${values[right]}`, knownVariables(data));
    expect(result.truth).toBe(truthByLetter[expected]);
    expect(result.missingFields).toEqual(expected === 'U' ? ['zip'] : []);
    expect(result.error !== undefined).toBe(expected === 'E');
  });

  test.each([
    ["data.name > 5 || data.zip == 'x' || data.name > 6", 'UNKNOWN'],
    ["(data.name > 5 || data.zip == 'x') == true", 'UNKNOWN'],
    ["!((data.name > 5 && data.zip == 'x') || !data.vip)", 'UNKNOWN'],
    ["[1, 2].exists(n, n == 2 || data.zip == 'x')", 'TRUE'],
    ["[1, 2].all(n, n == 2 && data.zip == 'x')", 'FALSE'],
    ["(data.zip == 'x' || data.vip) == true", 'TRUE'],
    ['data.items.exists(item, item.price == 5)', 'TRUE'],
  ])('%s is %s', (text, truth) => {
    expect(evaluate(text, knownVariables(data)).truth).toBe(truth);
  });

  test('3.3: an operand that does not affect the result adds no missing field', () => {
    const text = "(data.zip == 'x' || data.age > 18) && data.street == 'y'";
    expect(evaluate(text, knownVariables(data))).toEqual({ truth: 'UNKNOWN', missingFields: ['street'] });
  });
});

describe('6: has() and in test the presence of a key', () => {
  test.each([
    ['has(data.age)', 'TRUE'],
    ['has(data.zip)', 'FALSE'],
    ['!has(data.zip)', 'TRUE'],
    ["'age' in data", 'TRUE'],
    ["'zip' in data", 'FALSE'],
    ['has(data.address.city)', 'TRUE'],
    ['has(data.address.zip)', 'FALSE'],
    ["has(data.zip) && data.zip == 'x'", 'FALSE'],
    ["!has(data.zip) || data.zip == 'x'", 'TRUE'],
    ["has(data.zip) ? data.zip == 'x' : data.vip", 'TRUE'],
    ['has(data.constructor)', 'FALSE'],
    ['has(data.__proto__)', 'FALSE'],
    ['data.items.exists(item, has(item.sku))', 'TRUE'],
  ])('%s is %s', (text, truth) => {
    expect(evaluate(text, knownVariables(data))).toEqual({ truth, missingFields: [] });
  });

  test('6: a key with a null inside a value is present, as in CEL', () => {
    const given = knownVariables({ address: { line2: null } });
    expect(evaluate("has(data.address.line2) && 'line2' in data.address", given).truth).toBe('TRUE');
  });

  test('3.3: a key that is only tested is not a missing field', () => {
    const text = "has(data.coupon) && data.coupon == 'x' || data.street == 'y'";
    expect(evaluate(text, knownVariables(data))).toEqual({ truth: 'UNKNOWN', missingFields: ['street'] });
    expect(evaluate('has(data.coupon) == data.wants_coupon', knownVariables(data)).missingFields).toEqual([
      'wants_coupon',
    ]);
  });
});
