import fc from 'fast-check';
import { type Operand, type Predicate, PredicateError, parsePredicate } from '../../../src/cli/import/rasa/predicate';
import { translatePredicate, translateRejections } from '../../../src/cli/import/rasa/predicate-to-cel';
import type { RasaSlot, SlotType, SlotValue } from '../../../src/cli/import/rasa/project';
import { compileFieldRule } from '../../../src/core/conditions';
import { knownVariables } from '../../core/conditions/build-variables';
import { evaluate } from '../../core/conditions/evaluate';

function createSlot(name: string, type: SlotType, initialValue: SlotValue = null): RasaSlot {
  const at = { file: 'domain.yml', line: 1, column: 1 };
  return { name, type, at, values: [], initialValue, isControlled: false, rejections: [] };
}

const slots = new Map(
  [
    createSlot('city', 'text'),
    createSlot('zip', 'text'),
    createSlot('kind', 'categorical'),
    createSlot('age', 'float'),
    createSlot('limit', 'float'),
    createSlot('tries', 'float', 0),
    createSlot('member', 'bool'),
    createSlot('tags', 'list'),
    createSlot('state', 'any'),
    createSlot('last-name', 'text'),
    createSlot('in', 'text'),
  ].map((slot) => [slot.name, slot]),
);

const adult = 'has(data.age) && data.age >= 18.0';

test.each([
  ['slots.member', 'has(data.member) && data.member'],
  ['not slots.member', '!(has(data.member) && data.member)'],
  ['slots.member = true', 'has(data.member) && data.member == true'],
  ['slots.member is not False', '!(has(data.member) && data.member == false)'],
  ['slots.city', 'has(data.city) && data.city != ""'],
  ['slots.age', 'has(data.age) && data.age != 0.0'],
  ['slots.tags', 'has(data.tags) && size(data.tags) > 0'],
  ['slots.state', 'has(data.state) && !(data.state in [false, "", 0.0, [], {}])'],
  ["slots.state = 'done'", 'has(data.state) && data.state == "done"'],
  ['slots.kind is "a\'b"', 'has(data.kind) && data.kind == "a\'b"'],
  ['"Rome" = slots.city', 'has(data.city) && data.city == "Rome"'],
  ['slots.city != "Rome"', '!(has(data.city) && data.city == "Rome")'],
  ['slots.city is null', '!has(data.city)'],
  ['slots.city is not null', 'has(data.city)'],
  ['18 <= slots.age', adult],
  ['slots.age < -1.5', 'has(data.age) && data.age < -1.5'],
  ['not slots.age >= 18', 'has(data.age) && data.age < 18.0'],
  ['slots.tries >= 3', '(has(data.tries) ? data.tries : 0.0) >= 3.0'],
  ['slots.age > slots.limit', 'has(data.age) && has(data.limit) && data.age > data.limit'],
  [
    'slots.city = slots.zip',
    '(has(data.city) && has(data.zip) && data.city == data.zip) || (!has(data.city) && !has(data.zip))',
  ],
  ['{"a" "b"} contains slots.kind', 'has(data.kind) && data.kind in ["a", "b"]'],
  ['slots.tags contains "new"', 'has(data.tags) && "new" in data.tags'],
  ['slots.city contains "burg"', 'has(data.city) && data.city.contains("burg")'],
  ['slots.zip matches "^[0-9]{5}$"', 'has(data.zip) && data.zip.matches("^[0-9]{5}$")'],
  ['slots.city matches /^new /i', 'has(data.city) && data.city.matches("(?i)^new ")'],
  ['slots.last-name = "Lovelace"', '"last-name" in data && data["last-name"] == "Lovelace"'],
  ['slots.in = "x"', '"in" in data && data["in"] == "x"'],
  ['slots.member and slots.city', 'has(data.member) && data.member && has(data.city) && data.city != ""'],
  [
    'slots.age > 1 or slots.member',
    '(has(data.age) && data.age > 1.0) || (has(data.age) && data.age <= 1.0 && has(data.member) && data.member)',
  ],
  [
    'not (slots.age > 1 and slots.member)',
    '(has(data.age) && data.age <= 1.0) || (has(data.age) && data.age > 1.0 && !(has(data.member) && data.member))',
  ],
  ['false', 'false'],
  ['True # always', 'true'],
])('the predicate %s becomes %s', (predicate, condition) => {
  expect(translatePredicate(predicate, { slots })).toBe(condition);
});

test('`and` and `or` have the same precedence and group to the right', () => {
  const parsed = parsePredicate('slots.a and slots.b or slots.c');
  expect(parsed).toMatchObject({ kind: 'and', right: { kind: 'or' } });
});

test.each([
  ['slots.city = Rome', 13, 'is no slot; a text needs quotes'],
  ['slots.unknown', 0, 'the domain has no slot "unknown"'],
  ['context.reason = "x"', 0, 'has no equivalent'],
  ['slots.city > 3', 11, 'by order'],
  ['slots.member > true', 13, 'by order'],
  ['slots.city = 3', 11, 'with the number 3'],
  ['slots.age = slots.city', 10, 'compares'],
  ['slots.city is empty', 11, 'with empty'],
  ['slots.age matches "x"', 0, 'with a pattern'],
  ['slots.city matches "[0-9"', 0, 'is no valid condition here'],
  ['slots.city matches "^\\d+$"', 19, 'only ASCII here'],
  ['slots.city matches /x/u', 19, 'have no equivalent'],
  ['{} contains slots.kind', 0, 'the set is empty'],
  ['"a" = "a"', 4, 'compares two constants'],
  ['slots.city and', 14, 'ends where a value is expected'],
  ['(slots.city', 11, 'expected ")"'],
  ['slots.city slots.zip', 11, 'unexpected "slots.zip"'],
  ['slots.age > 3, 4', 13, 'unexpected ","'],
  ['', 0, 'ends where a value is expected'],
])('the predicate %s has no translation', (predicate, offset, message) => {
  expect(() => translatePredicate(predicate, { slots })).toThrow(PredicateError);
  try {
    translatePredicate(predicate, { slots });
  } catch (error) {
    expect(error).toMatchObject({ offset, message: expect.stringContaining(message) });
  }
});

test('a predicate that is nested too deeply or too long has no translation', () => {
  expect(() => parsePredicate('('.repeat(300))).toThrow('nested more than 200 levels');
  expect(() => parsePredicate('x'.repeat(5_000))).toThrow('longer than 4000 characters');
});

test('rejections become the rule of the field, which reads the checked slot as `value`', () => {
  const rule = translateRejections(['slots.age < 18', 'slots.age > slots.limit'], { slots, checkedSlot: 'age' });
  expect(rule).toBe('value >= 18.0 && has(data.limit) && value <= data.limit');
});

// A second reading of pypred: it evaluates a predicate on values; `undefined` is an error, which makes the whole predicate false.

type Data = Readonly<Record<string, SlotValue>>;

function evaluatePredicate(predicate: Predicate, data: Data): boolean | undefined {
  switch (predicate.kind) {
    case 'and': {
      const left = evaluatePredicate(predicate.left, data);
      return left === true ? evaluatePredicate(predicate.right, data) : left;
    }
    case 'or': {
      const left = evaluatePredicate(predicate.left, data);
      return left === false ? evaluatePredicate(predicate.right, data) : left;
    }
    case 'not': {
      const operand = evaluatePredicate(predicate.operand, data);
      return operand === undefined ? undefined : !operand;
    }
    case 'truth': {
      const value = read(predicate.operand, data);
      return Array.isArray(value) ? value.length > 0 : Boolean(value);
    }
    case 'compare': {
      const [left, right] = [read(predicate.left, data), read(predicate.right, data)];
      if (predicate.operator === '=') return left === right;
      if (predicate.operator === '!=') return left !== right;
      if (left === null || right === null || typeof left !== typeof right) return undefined;
      const order = left < right ? -1 : Number(left > right);
      const results = { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 };
      return results[predicate.operator];
    }
    case 'contains':
    case 'matches':
      throw new Error('is not generated');
  }
}

function read(operand: Operand, data: Data): SlotValue {
  switch (operand.kind) {
    case 'name': {
      const name = operand.name.replace('slots.', '');
      return data[name] ?? slots.get(name)?.initialValue ?? null;
    }
    case 'string':
    case 'number':
    case 'boolean':
      return operand.value;
    case 'null':
      return null;
    case 'set':
    case 'regex':
    case 'special':
      throw new Error('is not generated');
  }
}

const { predicates } = fc.letrec<{ predicates: string }>((tie) => ({
  predicates: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(
      'slots.member',
      'slots.city',
      'slots.age',
      'slots.state',
      'slots.member is true',
      'slots.city is null',
    ),
    fc.constantFrom(
      'slots.city = "a"',
      'slots.city != ""',
      'slots.zip < "b"',
      'slots.city >= slots.zip',
      'slots.city = slots.zip',
    ),
    fc.constantFrom(
      'slots.age > 1',
      '2 >= slots.age',
      'slots.age <= slots.limit',
      'slots.tries = 0',
      'slots.tries < 2',
    ),
    tie('predicates').map((operand) => `not (${operand})`),
    fc.tuple(tie('predicates'), fc.constantFrom('and', 'or'), tie('predicates')).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('predicates'), fc.constantFrom('and', 'or'), tie('predicates')).map((parts) => parts.join(' ')),
  ),
}));

const someText = fc.constantFrom('', 'a', 'b');
const someNumber = fc.constantFrom(0, 1, 2, 3);
const someData = fc.record(
  {
    member: fc.boolean(),
    city: someText,
    zip: someText,
    age: someNumber,
    limit: someNumber,
    tries: someNumber,
    state: fc.oneof(fc.boolean(), someText, someNumber),
  },
  { requiredKeys: [] },
);

/** Translates; undefined for a predicate whose condition is longer than the 2,000 characters that the contract allows. */
function translateUnlessTooLong(translate: () => string): string | undefined {
  try {
    return translate();
  } catch (error) {
    expect(error).toMatchObject({ name: 'PredicateError', message: expect.stringContaining('no valid condition') });
    return undefined;
  }
}

test('a translated predicate is TRUE exactly when the predicate holds, and never UNKNOWN', () => {
  fc.assert(
    fc.property(predicates, someData, (predicate, data) => {
      const condition = translateUnlessTooLong(() => translatePredicate(predicate, { slots }));
      if (condition === undefined) return;
      const { truth } = evaluate(condition, knownVariables(data));
      expect(truth).toBe(evaluatePredicate(parsePredicate(predicate), data) === true ? 'TRUE' : 'FALSE');
    }),
    { numRuns: 500 },
  );
});

test('the rule of a field is TRUE exactly when the rejection is false, and not when it is an error', () => {
  fc.assert(
    fc.property(predicates, someData, someNumber, (predicate, others, age) => {
      const text = translateUnlessTooLong(() => translateRejections([predicate], { slots, checkedSlot: 'age' }));
      if (text === undefined) return;
      const { rule } = compileFieldRule(text);
      const truth = rule?.evaluate({ value: age, data: new Map(Object.entries(others)) }).truth;
      expect(truth).toBe(evaluatePredicate(parsePredicate(predicate), { ...others, age }) === false ? 'TRUE' : 'FALSE');
    }),
    { numRuns: 200 },
  );
});
