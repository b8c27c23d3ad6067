import { condition } from './evaluation';

describe('3.3 UNKNOWN: the data keys that a condition reads are found when it is compiled', () => {
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
    expect(condition(text).reads.dataKeys).toEqual(dataKeys);
    expect(condition(text).reads.hasDynamicDataReads).toBe(false);
  });

  test.each<[text: string, dataKeys: string[]]>([
    ['data[intent] == 1', []],
    ['data.age > 1 && data[data.key] == 1', ['age', 'key']],
    ['size(data) > 3', []],
    ["data.exists(key, key == 'age')", []],
    ['data == customer', []],
    ['intent in data', []],
    ['[data].size() == 1', []],
  ])('%s reads keys that it does not name', (text, dataKeys) => {
    expect(condition(text).reads).toMatchObject({ dataKeys, dynamicData: true });
  });

  test.each<[text: string, variables: string[]]>([
    ["outcome == 'declined'", ['outcome']],
    ["intent == 'x' || data.age > 1 && outcome != ''", ['intent', 'data', 'outcome']],
    ['requested.exists(outcome, outcome == intent)', ['requested', 'intent']],
    ["type(turn) == int && customer['tier'] == session.tier", ['turn', 'customer', 'session']],
    ['true', []],
  ])('3.2 leaving: %s reads the variables %j', (text, variables) => {
    expect(condition(text).reads.variables).toEqual(variables);
  });

  test('the text stays as it was written', () => {
    expect(condition(' data.age\n > 18 ').text).toBe(' data.age\n > 18 ');
  });
});
