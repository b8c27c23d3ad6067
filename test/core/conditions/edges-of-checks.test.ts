import { compileCondition, defaultConditionLimits } from '../../../src/core/conditions';
import { getPatternSize } from '../../../src/core/conditions/patterns';
import { evaluate } from './evaluation';
import { knowing } from './variables-builder';

function codesOf(text: string, limits = defaultConditionLimits): readonly string[] {
  return compileCondition(text, limits).findings.map(({ code }) => code);
}

describe('6 conditions: what a condition that is no bool is, is told by its kind', () => {
  test.each([
    ['[1, 2]', 'a list'],
    ['changed', 'a list'],
    ['requested', 'a list'],
    ['data.names.map(name, name)', 'a list'],
    ["{'a': 1}", 'a map'],
    ['turn', 'an int'],
    ['-turn', 'an int'],
    ['visits * 2', 'an int'],
    ['size(message)', 'an int'],
    ['intent_score', 'a double'],
    ['data.age + 1.0', 'a double'],
    ['1.0 + data.age', 'a double'],
    ['message', 'a string'],
    ["data.name + '!'", 'a string'],
    ["'!' + data.name", 'a string'],
    ['turn > 1 ? 1 : 2', 'an int'],
  ])('%s is %s', (text, kind) => {
    expect(compileCondition(text).findings).toMatchObject([
      { code: 'NOT_A_BOOL', message: expect.stringContaining(` ${kind} `) },
    ]);
  });

  test.each([
    'has(data.age)',
    'data.flag',
    "data['flag']",
    'data.list[0]',
    'data.a.b.c',
    'data.a + data.b',
    "turn > 1 ? true : 'no'",
    'changed[0]',
    'changed.exists(field, true)',
    'data.all(field, true)',
    "{'a': true}['a']",
    'dyn(data.flag)',
  ])('%s may be one', (text) => {
    expect(codesOf(text)).toEqual([]);
  });
});

describe('6 conditions: arithmetic of ints and doubles is looked for everywhere', () => {
  test.each([
    'turn + 1 + data.age > 2',
    '[data.age + 1] == [2.0]',
    "{'age': data.age + 1} == {'age': 2.0}",
    '{data.name: 1.0}[data.name] + 1 > 2 || data.age % 2 == 1',
    'data.ages.exists(age, age + 1 > 2.0)',
    'data.ages.map(age, age + 1) == []',
    'intent_score + turn > 2.0',
    'size(data.names) + data.age > 2.0',
    'int(data.age) + data.age > 2.0',
    '(has(data.age) ? data.age : data.years) + 1 > 2.0',
  ])('%s', (text) => {
    expect(codesOf(text)).toContain('INTEGER_ARITHMETIC');
  });

  test.each([
    'int(data.age) + 1 > 2',
    'data.age + 1.0 > 2.0',
    'double(turn) + data.age > 2.0',
    "data.name + 'x' == 'yx'",
    'changed.exists(field, size(field) + 1 > 2)',
    'int(data.age) % 2 == 1',
    '-turn + 1 < 0',
    // An element of a list that is written in the text, and what a macro's own name stands for, may be of any kind.
    '[1, 2].exists(n, n + 1 > 2)',
    'changed.map(field, size(field)).exists(n, n + 1 > 2)',
    "{'n': 1}['n'] + 1 > 1",
  ])('%s is right', (text) => {
    expect(codesOf(text)).toEqual([]);
  });
});

describe('6 conditions: a bound itself is allowed', () => {
  test('levels of the tree', () => {
    expect(codesOf('data.age > 18', { ...defaultConditionLimits, maxDepth: 3 })).toEqual([]);
    expect(codesOf('data.age > 18', { ...defaultConditionLimits, maxDepth: 2 })).toEqual(['CONDITION_TOO_DEEP']);
  });

  test('elements of a list in the text', () => {
    expect(codesOf('turn in [1, 2]', { ...defaultConditionLimits, maxLiteralSize: 2 })).toEqual([]);
    expect(codesOf('turn in [1, 2, 3]', { ...defaultConditionLimits, maxLiteralSize: 2 })).toHaveLength(1);
  });

  test('macros within one another', () => {
    const nested = 'changed.all(a, requested.all(b, a == b))';
    expect(codesOf(nested, { ...defaultConditionLimits, maxMacroDepth: 2 })).toEqual([]);
    expect(codesOf(nested, { ...defaultConditionLimits, maxMacroDepth: 1 })).toHaveLength(1);
  });

  test('the numbers that 64 bits hold', () => {
    expect(codesOf('turn > -9223372036854775808 && turn < 9223372036854775807')).toEqual([]);
    expect(codesOf('uint(turn) < 18446744073709551615u')).toEqual([]);
    expect(codesOf('uint(turn) < 18446744073709551616u')).toEqual(['CONDITION_SYNTAX']);
    expect(codesOf('turn > -9223372036854775809')).toEqual(['CONDITION_SYNTAX']);
  });
});

describe('6 conditions: what a macro does again and again is work by its size', () => {
  const tooMuch = 'the evaluation takes too much work';
  const given = knowing({ few: [1, 2, 3], long: 'x'.repeat(64_000), list: Array.from({ length: 4_000 }, (_, n) => n) });
  const errorWith = (text: string, maxWork: number): string | undefined =>
    compileCondition(text, { ...defaultConditionLimits, maxListSize: 4_000, maxWork }).condition?.evaluate(given).error;

  test('a text, by its characters', () => {
    expect(errorWith('data.few.all(n, data.long == data.long)', 5_000)).toBe(tooMuch);
    expect(errorWith('data.few.all(n, data.long == data.long)', 10_000)).toBeUndefined();
  });

  test('a list, by its elements', () => {
    expect(errorWith('data.few.all(n, data.list == data.list)', 5_000)).toBe(tooMuch);
    expect(errorWith('data.few.all(n, data.list == data.list)', 10_000)).toBeUndefined();
  });
});

describe('6 conditions: a regular expression counts with its repetitions written out', () => {
  test.each([
    ['abc', 3],
    ['a{3}', 3],
    ['a{3,5}b', 6],
    ['a{2,}', 2],
    ['(ab){3}c', 7],
    ['((a){2}b){3}', 9],
    ['(a)(b){4}', 5],
    ['a{2}{3}', 6],
    ['[abc]{4}', 4],
    ['[]a]{2}', 2],
    ['[^]a]{2}', 2],
    ['[a\\]b]{3}', 3],
    ['\\({2}', 2],
    ['\\n{2}x', 3],
  ])('%s is %i long', (pattern, size) => {
    expect(getPatternSize(pattern)).toBe(size);
  });
});

describe('6 conditions: time zones', () => {
  test.each([
    ["timestamp('2024-03-31T02:30:00Z').getMinutes('+00:20') == 50"],
    ["timestamp('2024-03-31T02:30:00Z').getHours('01:45') == 4"],
    ["timestamp('2024-03-31T02:30:00Z').getMinutes('01:45') == 15"],
    ["timestamp('2024-03-31T02:30:00Z').getMinutes('-01:45') == 45"],
    ["timestamp('2024-03-31T23:30:00Z').getDate('Europe/Berlin') == 1"],
    ["timestamp('2024-03-31T23:30:00Z').getMonth('Europe/Berlin') == 3"],
    ["timestamp('2024-01-15T23:30:00Z').getMonth('Europe/Berlin') == 0"],
  ])('%s', (text) => {
    expect(evaluate(text, knowing({})).truth).toBe('TRUE');
  });

  test.each(['x+01:00', '+01:00x', '1:00', 'Nowhere/City'])('%s is none', (zone) => {
    expect(evaluate(`timestamp('2024-03-31T02:30:00Z').getHours('${zone}') == 3`, knowing({}))).toMatchObject({
      truth: 'FALSE',
      error: expect.any(String),
    });
  });
});
