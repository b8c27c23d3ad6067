import { compile } from './evaluate';

describe('3.3: the data keys that a condition reads are found when it is compiled', () => {
  test.each<[text: string, dataKeys: string[]]>([
    ['data.age > 18', ['age']],
    ["data['age'] > 18", ['age']],
    ['has(data.age)', ['age']],
    ["'age' in data", ['age']],
    ['data.b == 1 && data.a == 1 && data.b == 2', ['b', 'a']],
    ["data.address.city == 'Bonn'", ['address']],
    ['has(data.address.city)', ['address']],
    ["data['address']['city'] == 'Bonn'", ['address']],
    ['data.items.exists(item, item.price > data.limit)', ['items', 'limit']],
    ['data.vip ? data.a == 1 : data.b == 1', ['vip', 'a', 'b']],
    ["{'k': data.a}['k'] == [data.b][0]", ['a', 'b']],
    ['data.name.startsWith(data.prefix)', ['name', 'prefix']],
    ["customer.tier == 'gold'", []],
    ['data.items.exists(data, data.price > 1)', ['items']],
    ['data.data == 1', ['data']],
  ])('%s reads %j', (text, dataKeys) => {
    expect(compile(text).reads).toMatchObject({ dataKeys, hasDynamicDataReads: false });
  });

  test.each<[text: string, dataKeys: string[]]>([
    ['data[intent] == 1', []],
    ['data.age > 1 && data[data.key] == 1', ['age', 'key']],
    ['size(data) > 3', []],
    ["data.exists(key, key == 'age')", []],
    ['data == customer', []],
    ['intent in data', []],
    ['[data].size() == 1', []],
  ])('%s reads keys that the text does not name', (text, dataKeys) => {
    expect(compile(text).reads).toMatchObject({ dataKeys, hasDynamicDataReads: true });
  });
});

describe('3.2: the variables that a condition reads are found when it is compiled', () => {
  test.each<[text: string, variables: string[]]>([
    ["outcome == 'declined'", ['outcome']],
    ["intent == 'x' || data.age > 1 && outcome != ''", ['intent', 'data', 'outcome']],
    ['requested.exists(outcome, outcome == intent)', ['requested', 'intent']],
    ["type(turn) == int && customer['tier'] == session.tier", ['turn', 'customer', 'session']],
    ['true', []],
  ])('%s reads %j', (text, variables) => {
    expect(compile(text).reads.variables).toEqual(variables);
  });
});

test('6: a compiled condition keeps its text unchanged', () => {
  expect(compile(' data.age\n > 18 ').text).toBe(' data.age\n > 18 ');
});
