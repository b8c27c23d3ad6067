import { compileCondition, defaultConditionLimits } from '../../../src/core/conditions';
import { getPatternSize } from '../../../src/core/conditions/standard-functions';
import { Allowance } from '../../../src/core/model/allowance';
import { buildVariables, knownVariables, toFields } from './build-variables';
import { evaluate } from './evaluate';

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
const costExceeded = 'the evaluation exceeds its cost limit';

describe('6: the size of a list is limited at evaluation', () => {
  const lists = knownVariables({
    atLimit: range(1_000),
    tooLong: range(1_001),
    objects: range(1_001).map((n) => ({ n })),
  });
  const manyFields = buildVariables({ data: toFields(Object.fromEntries(range(1_001).map((n) => [`f${n}`, n]))) });
  const listTooLong = { truth: 'FALSE', missingFields: [], error: 'a list exceeds the size limit' };

  test.each(['exists(n, n > 998)', 'all(n, n >= 0)', 'exists_one(n, n == 3)', 'filter(n, n > 1).size() == 998'])(
    'a list of 1,000 elements is within the limit: %s',
    (macro) => {
      expect(evaluate(`data.atLimit.${macro}`, lists).truth).toBe('TRUE');
    },
  );

  test('6: the result of a macro can be the range of another macro', () => {
    const text = 'data.atLimit.map(n, n * 2.0).filter(n, n > 10).map(n, n + 1.0).exists(n, n == 13)';
    expect(evaluate(text, lists).truth).toBe('TRUE');
    expect(evaluate('data.atLimit.map(n, n) == data.atLimit', lists).truth).toBe('TRUE');
  });

  test.each([
    'data.tooLong.exists(n, n == 0)',
    'data.tooLong.map(n, n) == []',
    '0 in data.tooLong',
    'data.objects.all(o, o.n >= 0)',
  ])('a list of 1,001 elements is an error: %s', (text) => {
    expect(evaluate(text, lists)).toEqual(listTooLong);
  });

  test('6: a macro over more than 1,000 fields is an error, but a read of one field is not', () => {
    expect(evaluate("data.exists(key, key == 'f1')", manyFields)).toEqual(listTooLong);
    expect(evaluate("'f1' in data && data.f1 == 1", manyFields).truth).toBe('TRUE');
  });

  test('3.3: || ignores an operand that exceeds the limit', () => {
    expect(evaluate('data.tooLong.exists(n, n == 0) || data.atLimit[0] == 0', lists).truth).toBe('TRUE');
  });
});

describe('6: the cost of an evaluation is limited', () => {
  const expensive = knownVariables({
    list: range(1_000),
    names: range(100).map(() => 'a'.repeat(1_000)),
    nested: range(500).map(() => range(500)),
  });

  test.each([
    ['nested macros', 'data.list.all(a, data.list.exists(b, a == b))'],
    ['a search in a macro', 'data.list.all(a, a in data.list)'],
    ['a regular expression in a macro', "data.names.all(name, name.matches('^[a-z]{200}'))"],
    ['field reads', 'data.list.all(a, data.list.all(b, has(data.list) && has(data.names)))'],
    ['time zones', "data.list.all(a, timestamp('2024-01-01T00:00:00Z').getHours('Europe/Berlin') == 1)"],
    ['a comparison of nested lists', 'data.nested.all(a, data.nested == data.nested)'],
  ])('%s', (_, text) => {
    expect(evaluate(text, expensive)).toEqual({ truth: 'FALSE', missingFields: [], error: costExceeded });
  });

  test('6: each evaluation starts with the full budget', () => {
    const { condition } = compileCondition('data.list.exists(n, n == 999)', {
      ...defaultConditionLimits,
      maxWork: 5_000,
    });
    expect([condition?.evaluate(expensive).truth, condition?.evaluate(expensive).truth]).toEqual(['TRUE', 'TRUE']);
  });

  const values = knownVariables({ few: [1, 2, 3], long: 'x'.repeat(64_000), list: range(4_000) });
  test.each([
    ['a text by its characters', 'data.few.all(n, data.long == data.long)'],
    ['a list by its elements', 'data.few.all(n, data.list == data.list)'],
  ])('6: an argument in the body of a macro is charged by its size: %s', (_, text) => {
    const evaluateWithin = (maxWork: number): string | undefined =>
      compileCondition(text, { ...defaultConditionLimits, maxListSize: 4_000, maxWork }).condition?.evaluate(values)
        .error;
    expect([evaluateWithin(5_000), evaluateWithin(30_000)]).toEqual([costExceeded, undefined]);
  });
});

describe('6: every part of an evaluation needs units', () => {
  const values = knownVariables({ a: true, b: true, text: 'x'.repeat(64), list: [1, 2] });
  const evaluateWithin = (text: string, maxWork: number) =>
    compileCondition(text, { ...defaultConditionLimits, maxWork }).condition?.evaluate(values);

  test.each([
    ['a read of a field', 'data.a', 1],
    ['two reads', 'data.a && data.b', 2],
    ['two tests of a key', 'has(data.a) && has(data.b)', 2],
    ['a read of a key of a map literal', "{'x': true}['x'] && data.a", 2],
    ['64 characters of a text', "data.text != ''", 3],
  ])('6: %s', (_, text, units) => {
    expect(evaluateWithin(text, units)).toEqual({ truth: 'TRUE', missingFields: [] });
    expect(evaluateWithin(text, units - 1)).toEqual({ truth: 'FALSE', missingFields: [], error: costExceeded });
  });

  test.each([
    'data.nested.all(n, n == n)',
    'data.list.all(n, data.list == data.list)',
    'data.list.all(n, changed == changed)',
    'data.list.all(n, message == message)',
    'data.list.map(n, data.map).size() == 4',
    'data.list.exists(n, n in data.list)',
    'data.map == data.map',
    'size(data) > 1',
    "message.matches('e')",
  ])('6: the limit is what an evaluation uses, to the last part: %s', (text) => {
    const variables = buildVariables({
      data: toFields({
        list: [1, 2, 3, 4],
        map: { a: 1, b: 2 },
        nested: [
          [1, 2],
          [3, 4, 'five'],
        ],
      }),
      changed: ['a', 'bc'],
    });
    const run = (maxWork: number) => {
      const allowance = new Allowance(1_000_000);
      const { condition } = compileCondition(text, { ...defaultConditionLimits, maxWork });
      return { result: condition?.evaluate(variables, allowance), used: allowance.used };
    };
    const { used } = run(10_000);
    expect(run(used - 10).result).toEqual({ truth: 'TRUE', missingFields: [] });
    expect(run(used - 10.01).result).toEqual({ truth: 'FALSE', missingFields: [], error: costExceeded });
  });

  test('6: an evaluation costs 10 units more than its parts, and 4 for each part that is refused', () => {
    const use = (text: string, maxWork: number): number => {
      const allowance = new Allowance(1_000_000);
      compileCondition(text, { ...defaultConditionLimits, maxWork }).condition?.evaluate(values, allowance);
      return allowance.used;
    };
    expect(use('true', 100)).toBe(10);
    expect(use('data.a', 100)).toBe(11);
    expect(use('data.a && data.b && data.a', 1)).toBe(10 + 1 + 2 * 4);
  });

  test('6: an iteration of a macro and each argument in its body cost a unit, constants included', () => {
    const use = (text: string): number => {
      const allowance = new Allowance(1_000_000);
      compileCondition(text).condition?.evaluate(values, allowance);
      return allowance.used;
    };
    // The arguments are both sides of the comparison, and its result.
    expect(use('[1, 1, 1].all(n, 1 == 1)') - use('[1].all(n, 1 == 1)')).toBe(2 * (1 + 3));
  });
});

describe('6: an argument outside of a macro is charged if it can be long', () => {
  const values = knownVariables({ long: 'x'.repeat(64_000), list: range(900), map: { a: range(900) } });
  const message = buildVariables({ message: 'x'.repeat(64_000) });
  test.each([
    ['a message', message, 'message.contains("abc")'],
    ['a text of a field', values, 'data.long.contains("abc")'],
    ['a text that was put together', message, '(message + message).contains("abc")'],
    ['a text of a function', message, 'string(message).contains("abc")'],
    ['a list of a macro', values, 'size(data.list.map(n, "x")) == 1'],
    ['lists that are compared', values, 'data.list == data.list'],
    ['maps that are compared', values, 'data.map != data.map'],
    [
      'the size of all data',
      knownVariables(Object.fromEntries(range(3_000).map((n) => [`k${n}`, n]))),
      'size(data) > 1',
    ],
  ])('6: %s', (_name, variables, text) => {
    const allowance = new Allowance(1_000_000);
    compileCondition(text).condition?.evaluate(variables, allowance);
    expect(allowance.used).toBeGreaterThan(100);
  });

  test.each([
    ['a number', 'data.age > 18.0'],
    ['a key', '"age" in data'],
    ['a short text', 'intent == "x"'],
    ['texts that are short', 'intent + tone == "x"'],
    ['an element of a list', 'size(["x"][0]) == 1'],
    ['a long text that nothing reads', 'has(data.long) && data.age == 1.0'],
  ])('6: not %s', (_name, text) => {
    const allowance = new Allowance(1_000_000);
    const variables = knownVariables({ age: 20, long: 'x'.repeat(64_000) });
    compileCondition(text).condition?.evaluate(variables, allowance);
    expect(allowance.used).toBeLessThanOrEqual(20);
  });
});

describe('6: an evaluation spends the allowance of its call', () => {
  const evaluateWith = (allowance: Allowance) =>
    compileCondition('data.list.exists(n, n == -1.0)').condition?.evaluate(
      knownVariables({ list: range(900) }),
      allowance,
    );

  test('6: what it uses is spent, and the result does not change', () => {
    const allowance = new Allowance(100_000);
    expect(evaluateWith(allowance)?.truth).toBe('FALSE');
    expect(allowance.used).toBeGreaterThan(900);
    expect(allowance.used).toBeLessThan(10_000);
  });

  test('6: an evaluation that needs more than is left is refused, and not FALSE', () => {
    const allowance = new Allowance(500);
    const error = { reason: 'WORK_LIMIT', metadata: expect.objectContaining({ work: 'conditions' }) };
    expect(() => evaluateWith(allowance)).toThrow(expect.objectContaining(error));
    expect(allowance.remaining).toBe(0);
  });

  test('6: work that was too expensive to begin is not spent', () => {
    const allowance = new Allowance(1_000_000);
    const { condition } = compileCondition('message.matches("(a|b)*c{99}$")');
    const result = condition?.evaluate(buildVariables({ message: 'ab'.repeat(50_000) }), allowance);
    expect(result).toMatchObject({ truth: 'FALSE', error: costExceeded });
    expect(allowance.used).toBeLessThan(10_000);
  });
});

describe('6: matching a regular expression takes linear time', () => {
  const longMessage = buildVariables({ message: `${'a'.repeat(5_000)}!` });
  // A backtracking engine takes exponential time for each of these.
  test.each(['(a+)+$', '(a|aa)+$', '(.*a){20}$', '^(([a-z])+.)+[A-Z]$'])('%s', (pattern) => {
    expect(evaluate(`message.matches('${pattern}')`, longMessage).truth).toBe('FALSE');
  });
});

describe('6: the size of a regular expression counts its expanded repetitions', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['a{3}', 3],
    ['a{3,5}b', 6],
    ['a{2,}', 2],
    ['(ab){3}c', 7],
    ['((a){2}b){3}', 9],
    ['((a{10}){10}){2}', 200],
    ['(a)(b){4}', 5],
    ['a{2}{3}', 6],
    ['[abc]{4}', 4],
    ['[]a]{2}', 2],
    ['[^]a]{2}', 2],
    ['[^]a{5}]{2,4}x', 5],
    ['[a\\]b]{3}', 3],
    ['\\({2}', 2],
    ['\\(a{3}\\{2}', 7],
    ['\\n{2}x', 3],
  ])('%s has the size %i', (pattern, size) => {
    expect(getPatternSize(pattern)).toBe(size);
  });
});

describe('6: keys of any name are ordinary data', () => {
  const parsed = JSON.parse('{"__proto__": {"admin": true}, "constructor": {"name": "x"}, "toString": 1, "0": "zero"}');
  const nested = buildVariables({ data: new Map(Object.entries({ nested: parsed })) });
  const topLevel = buildVariables({
    data: new Map([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]),
  });

  test.each([
    ['data.nested.__proto__.admin', nested],
    ["data.nested.constructor.name == 'x'", nested],
    ["data.nested['toString'] == 1 && data.nested['0'] == 'zero'", nested],
    ['!has(data.nested.valueOf) && !has(data.nested.hasOwnProperty)', nested],
    ['size(data.nested) == 4', nested],
    ["data.nested.exists(key, key == '__proto__')", nested],
    ["data.__proto__ == 'p' && data.constructor == 'c' && !has(data.toString)", topLevel],
  ])('%s', (text, variables) => {
    expect(evaluate(text, variables)).toEqual({ truth: 'TRUE', missingFields: [] });
  });

  test('6: an object without a prototype is an ordinary map', () => {
    const address = Object.assign(Object.create(null), { city: 'Bonn' });
    expect(evaluate("data.address.city == 'Bonn'", knownVariables({ address })).truth).toBe('TRUE');
  });

  test('6: a number does not match a key that contains its digits', () => {
    expect(evaluate('data.nested[0] == 1', nested).error).toBe('the map has no such key');
    expect(evaluate('0 in data.nested', nested).truth).toBe('FALSE');
  });
});
