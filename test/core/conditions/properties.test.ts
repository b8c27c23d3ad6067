import fc from 'fast-check';
import { type ConditionVariables, compileCondition } from '../../../src/core/conditions';
import type { JsonValue } from '../../../src/core/model/json';
import { buildVariables } from './build-variables';

const key = fc.oneof(
  fc.constantFrom('age', 'name', 'items', '__proto__', 'constructor', 'toString', 'hasOwnProperty', ''),
  fc.string(),
);

const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1.5, 2 ** 60, '', 'a'),
    fc.double(),
    fc.string(),
    fc.array(tie('json'), { maxLength: 6 }),
    fc.array(fc.tuple(key, tie('json')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

const anyFields = fc.array(fc.tuple(key, json), { maxLength: 8 }).map((entries) => new Map(entries));

const anyVariables: fc.Arbitrary<ConditionVariables> = fc
  .record({
    data: anyFields,
    customer: anyFields,
    session: anyFields,
    instance: anyFields,
    facts: anyFields,
    intent: fc.string(),
    intent_score: fc.double(),
    changed: fc.array(fc.string()),
    visits: fc.double(),
    turn: fc.nat(),
    message: fc.string(),
  })
  .map(buildVariables);

/** Valid CEL with every construct that a condition supports. */
const { bool: celText } = fc.letrec<{ bool: string; value: string }>((tie) => {
  const combined = (operators: string[], part: fc.Arbitrary<string>) =>
    fc
      .tuple(part, fc.constantFrom(...operators), part)
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`);
  return {
    bool: fc.oneof(
      { maxDepth: 4 },
      combined(['==', '!=', '<', '<=', '>', '>=', 'in'], tie('value')),
      combined(['&&', '||'], tie('bool')),
      tie('bool').map((part) => `!${part}`),
      fc.tuple(tie('bool'), tie('bool'), tie('bool')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.constantFrom('has(data.age)', "'name' in data", 'true', 'data.items', 'has(data.items.age)'),
      fc
        .tuple(fc.constantFrom('exists', 'all', 'exists_one'), tie('value'), tie('bool'))
        .map(([macro, range, test]) => `${range}.${macro}(name, ${test})`),
    ),
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('data.age', 'data.name', 'data.items', 'data[intent]', 'data.items[0]', 'data.age.name', 'data'),
      fc.constantFrom('1', '2.5', "'a'", 'null', '[]', '[1, 2]', "{'a': 1}", 'turn', 'visits', 'intent', 'changed'),
      combined(['+', '-', '*', '/', '%'], tie('value')),
      tie('value').map((value) => `size(${value})`),
      tie('value').map((value) => `string(${value})`),
      tie('value').map((value) => `int(${value})`),
      tie('value').map((value) => `timestamp(${value})`),
      tie('value').map((value) => `[${value}]`),
      tie('bool'),
      fc
        .tuple(fc.constantFrom('map', 'filter'), tie('value'), tie('bool'))
        .map(([macro, range, test]) => `${range}.${macro}(name, ${test})`),
    ),
  };
});

describe('6: properties of conditions', () => {
  test('6: compiling never throws, and a rejected text has a finding of severity ERROR', () => {
    const words = fc.constantFrom(
      ...'data . age ( ) [ ] { } && || ! ? : + - < 1 2.5 \' " , in has exists \\ // \n 1u'.split(' '),
    );
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(words).map((parts) => parts.join(' ')),
      celText,
    );
    fc.assert(
      fc.property(text, (source) => {
        const { condition, findings } = compileCondition(source);
        expect(condition === undefined).toBe(findings.some(({ severity }) => severity === 'ERROR'));
      }),
      { numRuns: 200 },
    );
  });

  test('6: evaluating never throws, and only an UNKNOWN result has missing fields', () => {
    fc.assert(
      fc.property(celText, anyVariables, (text, values) => {
        const { condition } = compileCondition(text);
        const result = condition?.evaluate(values) ?? { truth: 'FALSE', missingFields: [] };
        expect(['TRUE', 'FALSE', 'UNKNOWN']).toContain(result.truth);
        if (result.truth !== 'UNKNOWN') expect(result.missingFields).toEqual([]);
        if (result.error !== undefined) expect(result.truth).toBe('FALSE');
      }),
      { numRuns: 200 },
    );
  });

  test('6: evaluating a condition has no effect on later evaluations', () => {
    fc.assert(
      fc.property(celText, celText, anyVariables, (text, other, values) => {
        const { condition } = compileCondition(text);
        const first = condition?.evaluate(values);
        compileCondition(other).condition?.evaluate(values);
        expect(condition?.evaluate(values)).toEqual(first);
      }),
      { numRuns: 200 },
    );
  });

  test('3.3: every missing field is read by the condition and is not known', () => {
    fc.assert(
      fc.property(celText, anyVariables, (text, values) => {
        const { condition } = compileCondition(text);
        for (const missing of condition?.evaluate(values).missingFields ?? []) {
          expect(condition?.reads.dataKeys).toContain(missing);
          expect(values.data.get(missing) ?? null).toBeNull();
        }
      }),
      { numRuns: 200 },
    );
  });

  test('3.3: && and || follow three-valued logic', () => {
    const part = fc.constantFrom('T', 'F', 'U');
    const texts = { T: 'data.yes', F: 'data.no', U: 'data.unknown' };
    const operator = fc.constantFrom('&&', '||');
    type Tree = keyof typeof texts | { operator: '&&' | '||'; left: Tree; right: Tree };
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof({ maxDepth: 5 }, part, fc.record({ operator, left: tie('tree'), right: tie('tree') })),
    })) as { tree: fc.Arbitrary<Tree> };

    const toText = (node: Tree): string =>
      typeof node === 'string' ? texts[node] : `(${toText(node.left)} ${node.operator} ${toText(node.right)})`;
    const rank = { F: 0, U: 1, T: 2 };
    const getTruth = (node: Tree): 'T' | 'F' | 'U' => {
      if (typeof node === 'string') return node;
      const [left, right] = [getTruth(node.left), getTruth(node.right)];
      const [low, high] = rank[left] < rank[right] ? [left, right] : [right, left];
      return node.operator === '&&' ? low : high;
    };

    const values = buildVariables({
      data: new Map([
        ['yes', true],
        ['no', false],
      ]),
    });
    const names = { T: 'TRUE', F: 'FALSE', U: 'UNKNOWN' };
    fc.assert(
      fc.property(tree, (node) => {
        const truth = compileCondition(toText(node)).condition?.evaluate(values).truth;
        expect(truth).toBe(names[getTruth(node)]);
      }),
      { numRuns: 200 },
    );
  });
});
