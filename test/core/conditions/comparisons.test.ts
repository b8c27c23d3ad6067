import { compile } from './evaluate';

/** Lists the comparisons of a text as `key operator kind`, with the text of a string literal. */
function listComparisons(text: string): readonly string[] {
  return compile(text).comparisons.map(({ key, operator, kind, text: literal }) =>
    [key, operator, kind, ...(literal === undefined ? [] : [literal])].join(' '),
  );
}

describe('10: the comparisons of a key with a value of a known type are found', () => {
  test.each<[text: string, comparisons: readonly string[]]>([
    ["data.size == 'L'", ['size == TEXT L']],
    ['data.size != intent', ['size != TEXT']],
    ['18.0 < data.age', ['age < DOUBLE']],
    ['data.age <= turn', ['age <= INT']],
    ['data.age > -turn', ['age > INT']],
    ['data.age >= (turn > 1 ? 1.5 : 2.5)', ['age >= DOUBLE']],
    ['data.vip == (turn > 1)', ['vip == BOOL']],
    ['data.vip == has(data.age)', ['vip == BOOL']],
    ["data.vip == !message.contains('vip')", ['vip == BOOL']],
    ['data.vip == changed.exists(field, true)', ['vip == BOOL']],
    ['data.vip == changed.exists_one(field, true)', ['vip == BOOL']],
    ['data.tags == changed.filter(field, true)', ['tags == LIST']],
    ['data.tags == [1]', ['tags == LIST']],
    ["data.address == {'city': 'Bonn'}", ['address == MAP']],
    ["data.size in ['S', 'M']", ['size == TEXT S', 'size == TEXT M']],
    ['data.size in [intent, data.other, 3]', ['size == TEXT', 'size == INT']],
    ["data.name == data.first + ' '", ['name == TEXT']],
    ["data.name == ' ' + data.last", ['name == TEXT']],
    ["data.a == 1.5 || data.b == 'x'", ['a == DOUBLE', 'b == TEXT x']],
  ])('10: %s', (text, comparisons) => {
    expect(listComparisons(text)).toEqual(comparisons);
  });

  test.each([
    'turn > 1',
    'data.a == data.b',
    'data.a == customer.b',
    'data.a == data.list[0]',
    'data.a == (turn > 1 ? 1 : 1.5)',
    "data.a == 'x' + turn",
    "data.a == turn + 'x'",
    'data.a == [1][0]',
    'data.a == {1: 2}[1]',
    'data.a == dyn(1)',
    'data.a == b"x"',
    "has(data.a) == ('x' == intent)",
    'data.a in changed',
    "(data.tags + ['x']).size() == 1",
    'changed.exists(intent, data.a == intent)',
    "changed.exists(data, data.a == 'x')",
  ])('10: none: %s', (text) => {
    expect(listComparisons(text)).toEqual([]);
  });
});
