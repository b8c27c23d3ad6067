import { type ConditionFindingCode, compileCondition, defaultConditionLimits } from '../../../src/core/conditions';

function errorIn(text: string, limits = defaultConditionLimits) {
  const { condition, findings } = compileCondition(text, limits);
  expect(condition).toBeUndefined();
  const [first, ...others] = findings.filter(({ severity }) => severity === 'ERROR');
  expect(others).toEqual([]);
  return first;
}

describe('6 conditions: what is no condition is refused, naming the position', () => {
  test.each<[text: string, code: ConditionFindingCode, line: number, column: number, message: RegExp]>([
    ['data.age ==', 'CONDITION_SYNTAX', 1, 10, /unexpected "="/],
    ['18 &&& x', 'CONDITION_SYNTAX', 1, 4, /unexpected "&"/],
    // The parser gives up where it last could have ended, here before the bracket that is not closed.
    ['data.age > 18\n  && (data.zip', 'CONDITION_SYNTAX', 2, 3, /unexpected "&"/],
    ['data.age > 18 ||\n ', 'CONDITION_SYNTAX', 1, 15, /unexpected "\|"/],
    ['', 'CONDITION_SYNTAX', 1, 1, /unexpected end of the text/],
    ['data.in == 1', 'CONDITION_SYNTAX', 1, 6, /reserved keyword/],
    ['turn > 9223372036854775808', 'CONDITION_SYNTAX', 1, 8, /64 bits/],
    ['turn > 1 && age > 18', 'UNKNOWN_VARIABLE', 1, 13, /no variable 'age'.*data, customer.*urgency/],
    ['data.age > 18 &&\n  constructor == 1', 'UNKNOWN_VARIABLE', 2, 3, /no variable 'constructor'/],
    ['changed.exists(field, feld == intent)', 'UNKNOWN_VARIABLE', 1, 23, /no variable 'feld'/],
    ['changed.exists(field, true) && field == intent', 'UNKNOWN_VARIABLE', 1, 32, /no variable 'field'/],
    ['lower(message) == intent', 'UNKNOWN_FUNCTION', 1, 1, /no function 'lower'/],
    ['message.lower() == intent', 'UNKNOWN_FUNCTION', 1, 8, /no function 'lower'/],
    ['startsWith(message, intent)', 'UNKNOWN_FUNCTION', 1, 1, /'startsWith' is not a function with 2 arguments/],
    ['message.startsWith()', 'UNKNOWN_FUNCTION', 1, 8, /'startsWith' is not a method with 0 arguments/],
    ['__not_strictly_false__(data.age)', 'UNKNOWN_FUNCTION', 1, 1, /no function/],
    ['has(data)', 'UNKNOWN_FUNCTION', 1, 1, /has\(data\.field\)/],
    ["has(data['age'])", 'UNKNOWN_FUNCTION', 1, 1, /has\(data\.field\)/],
    ['changed.exists(1, true)', 'UNKNOWN_FUNCTION', 1, 8, /list\.exists\(item, test\)/],
    ['google.protobuf.Int32Value{value: 1} == 1', 'UNKNOWN_TYPE', 1, 1, /cannot build a message/],
    ['message.matches(data.pattern)', 'PATTERN', 1, 8, /string literal/],
    ["message.matches('[')", 'PATTERN', 1, 8, /missing closing \]/],
    ["message.matches('(?=x)')", 'PATTERN', 1, 8, /wrong/],
    ["message.matches('\\\\Qa\\\\E')", 'PATTERN', 1, 8, /\\Q is not supported/],
    [`f${'o'.repeat(80)}(data.age)`, 'UNKNOWN_FUNCTION', 1, 1, /no function 'fo{59}\.\.\.'/],
    ["message.matches('((a?){50}){10}b{1,60}')", 'PATTERN', 1, 8, /1060 long/],
    ["message.matches('(\\\\[[^)]{2}(x|[)]){3}){100}$')", 'PATTERN', 1, 8, /long with its repetitions/],
  ])('%s: %s at %i:%i', (text, code, line, column, message) => {
    expect(errorIn(text)).toEqual({ severity: 'ERROR', code, line, column, message: expect.stringMatching(message) });
  });

  test('a text that CEL cannot hold is refused without a position', () => {
    expect(errorIn('"\\ud800" == intent')).toMatchObject({ code: 'CONDITION_SYNTAX', message: /surrogate/ });
  });

  test('all findings come at once, in the order of the text', () => {
    const { findings } = compileCondition('a == 1 && f(b) && data.n + 1 > 2');
    expect(findings.map(({ code, column }) => [code, column])).toEqual([
      ['UNKNOWN_VARIABLE', 1],
      ['UNKNOWN_FUNCTION', 11],
      ['UNKNOWN_VARIABLE', 13],
      ['INTEGER_ARITHMETIC', 26],
    ]);
  });

  test('an error is found among any number of warnings', () => {
    const text = `[${Array.from({ length: 60 }, () => 'data.n+1').join(',')}] == [typo]`;
    const { condition, findings } = compileCondition(text);
    expect(condition).toBeUndefined();
    expect(findings).toHaveLength(20);
    expect(findings[0]).toMatchObject({ code: 'UNKNOWN_VARIABLE' });
  });
});

describe('6 conditions: text, macro depth and list sizes are bounded', () => {
  test('text', () => {
    const text = `intent == '${'x'.repeat(2_000)}'`;
    expect(errorIn(text)).toMatchObject({ code: 'CONDITION_TOO_LONG', message: /2012 characters; at most 2000/ });
    expect(compileCondition(text, { ...defaultConditionLimits, maxTextLength: 2_012 }).condition).toBeDefined();
  });

  test.each([
    ['brackets', '['.repeat(40) + ']'.repeat(40)],
    ['negations', `${'!(true && '.repeat(40)}data.vip${')'.repeat(40)}`],
    ['a sum', `${'data.n + '.repeat(40)}data.n > 1.0`],
    ['a path', `data${'.a'.repeat(40)} == 1`],
    ['choices', `${'data.a ? true : '.repeat(40)}false`],
    ['more brackets than the parser can take', `${'('.repeat(990)}1${')'.repeat(990)} == 1`],
  ])('depth: %s', (_, text) => {
    expect(errorIn(text)).toMatchObject({ code: 'CONDITION_TOO_DEEP' });
  });

  test('depth: a long row of || is not deep', () => {
    const text = Array.from({ length: 60 }, (_, index) => `data.f${index} == ${index}`).join(' || ');
    expect(compileCondition(text).findings).toEqual([]);
  });

  test('macro depth', () => {
    const two = 'changed.exists(a, changed.exists(b, a != b))';
    const three = 'changed.exists(a, changed.exists(b, changed.exists(c, a != c)))';
    const chained = 'changed.filter(a, a != intent).map(a, a.size()).exists(a, a > 1)';
    expect(compileCondition(two).findings).toEqual([]);
    expect(compileCondition(chained).findings).toEqual([]);
    expect(errorIn(three)).toMatchObject({ code: 'MACROS_TOO_DEEP' });
    expect(compileCondition(three, { ...defaultConditionLimits, maxMacroDepth: 3 }).findings).toEqual([]);
  });

  test.each([
    ['list', `intent in [${Array.from({ length: 101 }, () => "'x'").join(',')}]`, 11],
    ['map', `intent in {${Array.from({ length: 101 }, (_, index) => `${index}:1`).join(',')}}`, 11],
  ])('literal: %s', (_, text, column) => {
    expect(errorIn(text)).toMatchObject({ code: 'LIST_TOO_LONG', message: /101 elements; at most 100/, column });
  });

  test('regular expression', () => {
    expect(errorIn(`message.matches('${'x'.repeat(201)}')`)).toMatchObject({
      code: 'PATTERN',
      message: /200 characters/,
    });
  });
});

describe('6 conditions: what fails whenever it is evaluated is warned of', () => {
  test.each([
    'data.age + 1 > 18',
    '1 + data.age > 18',
    'data.age - 1 > 18',
    'data.age * 2 > 18',
    'data.age / 2 > 18',
    'data.age % 2 == 0',
    'int(data.age) % 2.0 == 0.0',
    "customer['age'] + 1 > 18",
    'data.person.age + 1 > 18',
    'data.ages[0] + 1 > 18',
    'data.ages.exists(age, age + 1 > 18)',
    'data.age + turn > 18',
    'intent_score + 1 > 18',
    'turn * 1.5 > 18.0',
    'data.age * 2.0 + 1 > 18',
    'data.age + size(message) > 18',
    '-data.age + 1 > 18',
    '(data.vip ? data.a : data.b) + 1 > 18',
  ])('%s', (text) => {
    const { condition, findings } = compileCondition(text);
    expect(condition).toBeDefined();
    expect(findings).toMatchObject([{ severity: 'WARNING', code: 'INTEGER_ARITHMETIC', line: 1 }]);
  });

  test.each([
    'data.age + 1.0 > 18',
    'data.age > 17 + 1',
    'data.age + data.other > 18',
    'int(data.age) + 1 > 18',
    'double(turn) + data.age > 18.0',
    'turn + 1 > 18',
    'turn % 2 == 0',
    'size(changed) + visits > 18',
    "data.name + 'x' == 'Annx'",
    'data.ages[0] > 18',
    'changed.map(field, field.size() + 1) == [4]',
    'intent_score * 100.0 > 18.0',
  ])('but not of %s', (text) => {
    expect(compileCondition(text).findings).toEqual([]);
  });

  test.each(['intent', 'turn + 1', 'intent_score', '[data.age]', "{'a': 1}", 'changed', 'changed.map(field, field)'])(
    'a result that is no bool: %s',
    (text) => {
      const { condition, findings } = compileCondition(text);
      expect(condition).toBeDefined();
      expect(findings).toMatchObject([{ severity: 'WARNING', code: 'NOT_A_BOOL' }]);
    },
  );
});
