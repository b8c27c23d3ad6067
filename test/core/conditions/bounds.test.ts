import { compileCondition, defaultConditionLimits } from '../../../src/core/conditions';
import { getPatternSize } from '../../../src/core/conditions/patterns';
import { evaluate } from './evaluation';
import { fields, knowing, variables } from './variables-builder';

const numbers = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('6 conditions: lists are bounded when evaluated', () => {
  const given = knowing({ few: numbers(1_000), many: numbers(1_001), objects: numbers(1_001).map((n) => ({ n })) });
  const map = variables({ data: fields(Object.fromEntries(numbers(1_001).map((n) => [`f${n}`, n]))) });
  const tooLong = { truth: 'FALSE', missing: [], error: 'a list is too long to go through' };

  test.each(['exists(n, n > 998)', 'all(n, n >= 0)', 'exists_one(n, n == 3)', 'filter(n, n > 1).size() == 998'])(
    'a thousand elements may be gone through: %s',
    (macro) => {
      expect(evaluate(`data.few.${macro}`, given).truth).toBe('TRUE');
    },
  );

  test('what a macro made of a list can be gone through again', () => {
    const text = 'data.few.map(n, n * 2.0).filter(n, n > 10).map(n, n + 1.0).exists(n, n == 13)';
    expect(evaluate(text, given).truth).toBe('TRUE');
    expect(evaluate('data.few.map(n, n) == data.few', given).truth).toBe('TRUE');
  });

  test.each([
    'data.many.exists(n, n == 0)',
    'data.many.map(n, n) == []',
    '0 in data.many',
    'data.objects.all(o, o.n >= 0)',
  ])('more are an error: %s', (text) => {
    expect(evaluate(text, given)).toEqual(tooLong);
  });

  test('so are more fields', () => {
    expect(evaluate("data.exists(key, key == 'f1')", map)).toEqual(tooLong);
    expect(evaluate("'f1' in data && data.f1 == 1", map).truth).toBe('TRUE');
  });

  test('3.3 UNKNOWN: an error is no missing key, and logic can do without it', () => {
    expect(evaluate('data.many.exists(n, n == 0) || data.few[0] == 0', given).truth).toBe('TRUE');
  });
});

describe('6 conditions: the work of an evaluation is bounded', () => {
  const tooMuch = { truth: 'FALSE', missing: [], error: 'the evaluation takes too much work' };
  const given = knowing({
    list: numbers(1_000),
    names: numbers(100).map(() => 'a'.repeat(1_000)),
    nested: numbers(500).map(() => numbers(500)),
  });

  test.each([
    'data.list.all(a, data.list.exists(b, a == b))',
    'data.list.all(a, a in data.list)',
    "data.names.all(name, name.matches('^[a-z]{200}'))",
    // Reads alone, and the time zones that each point in time is shown in.
    'data.list.all(a, data.list.all(b, has(data.list) && has(data.names)))',
    "data.list.all(a, timestamp('2024-01-01T00:00:00Z').getHours('Europe/Berlin') == 1)",
    // A list of lists is compared part by part.
    'data.nested.all(a, data.nested == data.nested)',
  ])('%s', (text) => {
    expect(evaluate(text, given)).toEqual(tooMuch);
  });

  test('every evaluation begins anew', () => {
    const { condition } = compileCondition('data.list.exists(n, n == 999)', {
      ...defaultConditionLimits,
      maxWork: 5_000,
    });
    expect([condition?.evaluate(given).truth, condition?.evaluate(given).truth]).toEqual(['TRUE', 'TRUE']);
  });
});

describe('6 conditions: a regular expression takes linear time', () => {
  const given = variables({ message: `${'a'.repeat(5_000)}!` });
  // Each of these would take a backtracking engine longer than the universe has.
  test.each(['(a+)+$', '(a|aa)+$', '(.*a){20}$', '^(([a-z])+.)+[A-Z]$'])('%s', (pattern) => {
    expect(evaluate(`message.matches('${pattern}')`, given).truth).toBe('FALSE');
  });

  test.each([
    ['abc', 3],
    ['(ab){3}c', 7],
    ['((a{10}){10}){2}', 200],
    ['[^]a{5}]{2,4}x', 5],
    ['\\(a{3}\\{2}', 7],
    ['a{2,}', 2],
    ['', 0],
  ])('%s has the size %i', (pattern, size) => {
    expect(getPatternSize(pattern)).toBe(size);
  });
});

describe('6 conditions: keys are data, whatever their name', () => {
  const parsed = JSON.parse('{"__proto__": {"admin": true}, "constructor": {"name": "x"}, "toString": 1, "0": "zero"}');
  const given = variables({ data: new Map(Object.entries({ nested: parsed })) });
  const own = variables({
    data: new Map([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]),
  });

  test.each([
    ['data.nested.__proto__.admin', given],
    ["data.nested.constructor.name == 'x'", given],
    ["data.nested['toString'] == 1 && data.nested['0'] == 'zero'", given],
    ['!has(data.nested.valueOf) && !has(data.nested.hasOwnProperty)', given],
    ['size(data.nested) == 4', given],
    ["data.nested.exists(key, key == '__proto__')", given],
    ["data.__proto__ == 'p' && data.constructor == 'c' && !has(data.toString)", own],
  ])('%s', (text, variablesGiven) => {
    expect(evaluate(text, variablesGiven)).toEqual({ truth: 'TRUE', missing: [] });
  });

  test('an object without a prototype is a map like any other', () => {
    const bare = Object.assign(Object.create(null), { city: 'Bonn' });
    expect(evaluate("data.address.city == 'Bonn'", knowing({ address: bare })).truth).toBe('TRUE');
  });

  test('a number is no key, though it looks like one', () => {
    expect(evaluate('data.nested[0] == 1', given).error).toBe('a map does not have the key');
    expect(evaluate('0 in data.nested', given).truth).toBe('FALSE');
  });
});
