import type { JsonObject } from '../../../src/core/model/json';
import { evaluate } from './evaluation';
import { fields, knowing, variables } from './variables-builder';

const data: JsonObject = {
  age: 20,
  name: 'Ann',
  vip: true,
  address: { city: 'Bonn' },
  items: [{ price: 5 }, { sku: 'c' }],
};

describe('6 conditions: a missing key makes the condition UNKNOWN', () => {
  test.each<[text: string, missing: string[]]>([
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
  ])('%s misses %j', (text, missing) => {
    expect(evaluate(text, knowing(data))).toEqual({ truth: 'UNKNOWN', missing });
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
  ])('%s: what is missing is no field, so there is nothing to ask for', (text) => {
    expect(evaluate(text, knowing(data))).toEqual({ truth: 'UNKNOWN', missing: [] });
  });

  test('0.4 known data: a null is no known value', () => {
    const given = variables({ customer: fields({ tier: null }), session: fields({ tier: null }) });
    expect(evaluate("customer.tier == 'gold'", given).truth).toBe('UNKNOWN');
    expect(evaluate("data.zip == 'x'", knowing({ zip: null }))).toEqual({ truth: 'UNKNOWN', missing: ['zip'] });
    expect(evaluate('has(session.tier)', given).truth).toBe('FALSE');
    expect(evaluate('size(session) == 0', given).truth).toBe('TRUE');
  });
});

describe('3.3 UNKNOWN: CEL’s own logic absorbs what it can', () => {
  const values = { T: 'data.vip', F: '!data.vip', U: "data.zip == 'x'", E: 'data.name > 5' };
  const truthOf = { T: 'TRUE', F: 'FALSE', U: 'UNKNOWN', E: 'FALSE' } as const;
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
    const result = evaluate(`${values[left]} ${operator} ${values[right]}`, knowing(data));
    expect(result.truth).toBe(truthOf[expected]);
    expect(result.missing).toEqual(expected === 'U' ? ['zip'] : []);
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
    expect(evaluate(text, knowing(data)).truth).toBe(truth);
  });

  test('what the logic did without is not missing', () => {
    const text = "(data.zip == 'x' || data.age > 18) && data.street == 'y'";
    expect(evaluate(text, knowing(data))).toEqual({ truth: 'UNKNOWN', missing: ['street'] });
  });
});

describe('6 conditions: has() asks for a key', () => {
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
    expect(evaluate(text, knowing(data))).toEqual({ truth, missing: [] });
  });

  test('a key with a null inside a value is there, as in CEL', () => {
    const given = knowing({ address: { line2: null } });
    expect(evaluate("has(data.address.line2) && 'line2' in data.address", given).truth).toBe('TRUE');
  });

  test('3.3 UNKNOWN: a key that is only tested is not one to ask for', () => {
    const text = "has(data.coupon) && data.coupon == 'x' || data.street == 'y'";
    expect(evaluate(text, knowing(data))).toEqual({ truth: 'UNKNOWN', missing: ['street'] });
    expect(evaluate('has(data.coupon) == data.wants_coupon', knowing(data)).missing).toEqual(['wants_coupon']);
  });
});
