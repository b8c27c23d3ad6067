import { type ConditionFindingCode, compileCondition, defaultConditionLimits } from '../../../src/core/conditions';

/** Compiles a text that is rejected with exactly one error. */
function compileError(text: string, limits = defaultConditionLimits) {
  const { condition, findings } = compileCondition(text, limits);
  expect(condition).toBeUndefined();
  const [first, ...others] = findings.filter(({ severity }) => severity === 'ERROR');
  expect(others).toEqual([]);
  return first;
}

function findCodes(text: string, limits = defaultConditionLimits): readonly string[] {
  return compileCondition(text, limits).findings.map(({ code }) => code);
}

describe('6: an invalid condition is rejected with its position', () => {
  test.each<[text: string, code: ConditionFindingCode, line: number, column: number, message: RegExp]>([
    ['data.age = 18', 'CONDITION_SYNTAX', 1, 10, /not valid CEL: '=' is not an operator\. Use '=='\.$/],
    ['data.age ==', 'CONDITION_SYNTAX', 1, 10, /not valid CEL: the right side of '==' is missing or not valid\.$/],
    ['data.a <> data.b', 'CONDITION_SYNTAX', 1, 8, /'<>' is not an operator\. Use '!='\.$/],
    ['data.a & data.b', 'CONDITION_SYNTAX', 1, 8, /'&' is not an operator\. Use '&&'\.$/],
    ['data.a OR data.b', 'CONDITION_SYNTAX', 1, 8, /'OR' is not an operator\. Use '\|\|'\.$/],
    ['not data.a', 'CONDITION_SYNTAX', 1, 5, /'not' is not an operator\. Use '!'\.$/],
    ['data.a not in data.b', 'CONDITION_SYNTAX', 1, 8, /Use '!', for example !\(a in b\)\.$/],
    ['data.a oranges', 'CONDITION_SYNTAX', 1, 8, /unexpected 'o'\.$/],
    ['18 &&& x', 'CONDITION_SYNTAX', 1, 4, /unexpected '&'\.$/],
    // The parser reports the last position where the text could have ended, here before the unclosed bracket.
    ['data.age > 18\n  && (data.zip', 'CONDITION_SYNTAX', 2, 3, /right side of '&&' is missing or not valid\.$/],
    ['data.age > 18 ||\n ', 'CONDITION_SYNTAX', 1, 15, /right side of '\|\|' is missing/],
    ['', 'CONDITION_SYNTAX', 1, 1, /unexpected end of text/],
    ['data.in == 1', 'CONDITION_SYNTAX', 1, 6, /not valid CEL: reserved keyword\.$/],
    ['turn > 9223372036854775808', 'CONDITION_SYNTAX', 1, 8, /64 bits/],
    ['turn > 1 && age > 18', 'UNKNOWN_VARIABLE', 1, 13, /Unknown variable 'age'.*data, customer.*urgency/],
    ['data.age > 18 &&\n  constructor == 1', 'UNKNOWN_VARIABLE', 2, 3, /Unknown variable 'constructor'/],
    ['changed.exists(field, feld == intent)', 'UNKNOWN_VARIABLE', 1, 23, /variable 'feld'\. Did you mean 'field'\?$/],
    ['dta.age > 18', 'UNKNOWN_VARIABLE', 1, 1, /Unknown variable 'dta'\. Did you mean 'data'\?$/],
    ['changed.exists(field, true) && field == intent', 'UNKNOWN_VARIABLE', 1, 32, /Unknown variable 'field'/],
    ['lower(message) == intent', 'UNKNOWN_FUNCTION', 1, 1, /Unknown function 'lower'/],
    ['message.lower() == intent', 'UNKNOWN_FUNCTION', 1, 8, /Unknown function 'lower'/],
    ['startsWith(message, intent)', 'UNKNOWN_FUNCTION', 1, 1, /'startsWith' is not a function with 2 arguments/],
    ['message.startsWith()', 'UNKNOWN_FUNCTION', 1, 8, /'startsWith' is not a method with 0 arguments/],
    ['message.matches()', 'UNKNOWN_FUNCTION', 1, 8, /'matches' is not a method with 0 arguments/],
    ["matches('[')", 'UNKNOWN_FUNCTION', 1, 1, /'matches' is not a function with 1 argument/],
    ['__not_strictly_false__(data.age)', 'UNKNOWN_FUNCTION', 1, 1, /Unknown function/],
    ['has(data)', 'UNKNOWN_FUNCTION', 1, 1, /has\(data\.field\)/],
    ["has(data['age'])", 'UNKNOWN_FUNCTION', 1, 1, /has\(data\.field\)/],
    ['changed.exists(1, true)', 'UNKNOWN_FUNCTION', 1, 8, /list\.exists\(item, test\)/],
    ['google.protobuf.Int32Value{value: 1} == 1', 'UNKNOWN_TYPE', 1, 1, /cannot create the message 'google/],
    ['message.matches(data.pattern)', 'PATTERN', 1, 8, /string literal/],
    ["message.matches('[')", 'PATTERN', 1, 8, /missing closing \]/],
    ["message.matches('(?=x)')", 'PATTERN', 1, 8, /invalid/],
    ["message.matches('\\\\Qa\\\\E')", 'PATTERN', 1, 8, /\\Q is not supported/],
    [`f${'o'.repeat(80)}(data.age)`, 'UNKNOWN_FUNCTION', 1, 1, /Unknown function 'fo{59}\.\.\.'/],
    [`f${'o'.repeat(59)}(data.age)`, 'UNKNOWN_FUNCTION', 1, 1, /Unknown function 'fo{59}'/],
    [
      "message.matches('((a?){50}){10}b{1,60}')",
      'PATTERN',
      1,
      8,
      /has 1060 characters after its repetitions are expanded; the limit is 500/,
    ],
    ["message.matches('(\\\\[[^)]{2}(x|[)]){3}){100}$')", 'PATTERN', 1, 8, /repetitions are expanded/],
  ])('%s: %s at %i:%i', (text, code, line, column, message) => {
    expect(compileError(text)).toEqual({
      severity: 'ERROR',
      code,
      line,
      column,
      message: expect.stringMatching(message),
    });
  });

  test('6: a text with an invalid surrogate is rejected without a position', () => {
    expect(compileError('"\\ud800" == intent')).toEqual({
      severity: 'ERROR',
      code: 'CONDITION_SYNTAX',
      message: expect.stringMatching(/surrogate.*\.$/),
    });
  });

  test('6: all findings are returned together, in text order', () => {
    const { findings } = compileCondition('a == 1 && f(b) && data.n + 1 > 2');
    expect(findings.map(({ code, column }) => [code, column])).toEqual([
      ['UNKNOWN_VARIABLE', 1],
      ['UNKNOWN_FUNCTION', 11],
      ['UNKNOWN_VARIABLE', 13],
      ['INTEGER_ARITHMETIC', 26],
    ]);
  });

  test('6: warnings never displace an error from the 20 findings', () => {
    const text = `[${Array.from({ length: 60 }, () => 'data.n+1').join(',')}] == [typo]`;
    const { condition, findings } = compileCondition(text);
    expect(condition).toBeUndefined();
    expect(findings).toHaveLength(20);
    expect(findings.map(({ severity }) => severity).join()).toBe(`ERROR${',WARNING'.repeat(19)}`);
  });
});

describe('6: the size of a condition is limited', () => {
  test('6: the number of characters is limited', () => {
    const text = `intent == '${'x'.repeat(2_000)}'`;
    expect(compileError(text)).toMatchObject({
      code: 'CONDITION_TOO_LONG',
      message: 'The condition has 2012 characters; the limit is 2000. Shorten it.',
    });
    expect(compileCondition(text, { ...defaultConditionLimits, maxTextLength: 2_012 }).condition).toBeDefined();
  });

  test.each([
    ['brackets', '['.repeat(40) + ']'.repeat(40)],
    ['negations', `${'!(true && '.repeat(40)}data.vip${')'.repeat(40)}`],
    ['a sum', `${'data.n + '.repeat(40)}data.n > 1.0`],
    ['a path', `data${'.a'.repeat(40)} == 1`],
    ['conditionals', `${'data.a ? true : '.repeat(40)}false`],
    ['round brackets', `${'('.repeat(990)}1${')'.repeat(990)} == 1`],
  ])('the depth is limited: %s', (_, text) => {
    expect(compileError(text)).toMatchObject({
      code: 'CONDITION_TOO_DEEP',
      message: 'The condition is nested more than 32 levels deep. Simplify it.',
    });
  });

  test('6: as many brackets as levels are allowed, and the first bracket above is reported', () => {
    const nest = (count: number) => `${'('.repeat(count)}turn${')'.repeat(count)} == 1`;
    expect(compileCondition(nest(32)).findings).toEqual([]);
    expect(compileError(nest(33))).toMatchObject({ code: 'CONDITION_TOO_DEEP', line: 1, column: 33 });
    expect(compileCondition(nest(33), { ...defaultConditionLimits, maxDepth: 33 }).findings).toEqual([]);
  });

  test.each([
    ['that are closed', `turn in ${Array.from({ length: 8 }, () => '([{1: (2)}[1]])').join(' || turn in ')}`],
    ['in a string', `message == '${'('.repeat(40)}'`],
    ['in a string with an escaped quote', `message == "\\"${'['.repeat(40)}"`],
    ['in a string of three quotes', `message == """"${'{'.repeat(40)}\n'"""`],
    ['in a raw string that ends with a backslash', `message == r'${'('.repeat(40)}\\' || message == R"\\"`],
    ['in a comment', `turn == 1 // ${'('.repeat(40)} "`],
  ])('6: brackets %s do not count for the depth', (_, text) => {
    expect(compileCondition(text).findings).toEqual([]);
  });

  test.each([
    ['a comment', `// "\n`],
    ['a raw string that ends with a backslash', `r'\\' == message || `],
    ['a string with an escaped quote', `'\\'' == message || `],
    ['a string of three quotes', `'''"''' == message || `],
  ])('6: brackets after %s count for the depth', (_, start) => {
    expect(compileError(`${start}${'('.repeat(33)}turn${')'.repeat(33)} == 1`)).toMatchObject({
      code: 'CONDITION_TOO_DEEP',
    });
  });

  test('6: the level of an expression in a macro counts from the whole condition', () => {
    const text = `changed.exists(field, ${'!(true && '.repeat(14)}true${')'.repeat(14)})`;
    expect(findCodes(text, { ...defaultConditionLimits, maxDepth: 31 })).toEqual([]);
    expect(findCodes(text, { ...defaultConditionLimits, maxDepth: 30 })).toEqual(['CONDITION_TOO_DEEP']);
  });

  test('6: the first expression in text order that is too deep is reported', () => {
    const path = `data${'.a'.repeat(4)}`;
    const text = `${path} == 1 && ${path} == 2`;
    expect(compileError(text, { ...defaultConditionLimits, maxDepth: 4 })).toMatchObject({ column: 7 });
  });

  test('6: a long chain of || is not deep', () => {
    const text = Array.from({ length: 60 }, (_, index) => `data.f${index} == ${index}`).join(' || ');
    expect(compileCondition(text).findings).toEqual([]);
  });

  test('6: the nesting of macros is limited', () => {
    const two = 'changed.exists(a, changed.exists(b, a != b))';
    const three = 'changed.exists(a, changed.exists(b, changed.exists(c, a != c)))';
    const chained = 'changed.filter(a, a != intent).map(a, a.size()).exists(a, a > 1)';
    expect(compileCondition(two).findings).toEqual([]);
    expect(compileCondition(chained).findings).toEqual([]);
    expect(compileError(three)).toMatchObject({
      code: 'MACROS_TOO_DEEP',
      message: 'Macros are nested more than 2 levels deep. Simplify the condition.',
    });
    expect(compileCondition(three, { ...defaultConditionLimits, maxMacroDepth: 3 }).findings).toEqual([]);
  });

  test.each([
    ['list', `intent in [${Array.from({ length: 101 }, () => "'x'").join(',')}]`, 11],
    ['map', `intent in {${Array.from({ length: 101 }, (_, index) => `${index}:1`).join(',')}}`, 11],
  ])('the size of a literal is limited: %s', (_, text, column) => {
    expect(compileError(text)).toMatchObject({
      code: 'LIST_TOO_LONG',
      message: 'The literal has 101 elements; the limit is 100. Shorten it.',
      column,
    });
  });

  test('6: the length of a regular expression is limited', () => {
    expect(compileError(`message.matches('${'x'.repeat(201)}')`)).toMatchObject({
      code: 'PATTERN',
      message: 'The regular expression has 201 characters; the limit is 200. Shorten it.',
    });
  });
});

describe('6: arithmetic that mixes ints and doubles is a WARNING', () => {
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
  ])('%s has no finding', (text) => {
    expect(compileCondition(text).findings).toEqual([]);
  });

  test.each(['intent', 'turn + 1', 'intent_score', '[data.age]', "{'a': 1}", 'changed', 'changed.map(field, field)'])(
    '6: a result that is never a bool is a WARNING: %s',
    (text) => {
      const { condition, findings } = compileCondition(text);
      expect(condition).toBeDefined();
      expect(findings).toMatchObject([{ severity: 'WARNING', code: 'NOT_A_BOOL' }]);
    },
  );
});

describe('6: the finding NOT_A_BOOL names the type of the result', () => {
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
  ])('%s can be a bool', (text) => {
    expect(findCodes(text)).toEqual([]);
  });
});

describe('6: mixed arithmetic is found in every part of a condition', () => {
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
    expect(findCodes(text)).toContain('INTEGER_ARITHMETIC');
  });

  test.each([
    'int(data.age) + 1 > 2',
    'data.age + 1.0 > 2.0',
    'double(turn) + data.age > 2.0',
    "data.name + 'x' == 'yx'",
    'has(data.age) + 1 > 2',
    'changed.exists(field, size(field) + 1 > 2)',
    'int(data.age) % 2 == 1',
    '-turn + 1 < 0',
    // Elements of list literals and variables of macros can have any type.
    '[1, 2].exists(n, n + 1 > 2)',
    'changed.map(field, size(field)).exists(n, n + 1 > 2)',
    "{'n': 1}['n'] + 1 > 1",
  ])('%s has no finding', (text) => {
    expect(findCodes(text)).toEqual([]);
  });
});

describe('6: a value at the limit is accepted', () => {
  test('6: an expression tree of the maximum depth is accepted', () => {
    expect(findCodes('data.age > 18', { ...defaultConditionLimits, maxDepth: 3 })).toEqual([]);
    expect(findCodes('data.age > 18', { ...defaultConditionLimits, maxDepth: 2 })).toEqual(['CONDITION_TOO_DEEP']);
  });

  test('6: a list literal of the maximum size is accepted', () => {
    expect(findCodes('turn in [1, 2]', { ...defaultConditionLimits, maxLiteralSize: 2 })).toEqual([]);
    expect(findCodes('turn in [1, 2, 3]', { ...defaultConditionLimits, maxLiteralSize: 2 })).toHaveLength(1);
  });

  test('6: macros at the maximum nesting depth are accepted', () => {
    const nested = 'changed.all(a, requested.all(b, a == b))';
    expect(findCodes(nested, { ...defaultConditionLimits, maxMacroDepth: 2 })).toEqual([]);
    expect(findCodes(nested, { ...defaultConditionLimits, maxMacroDepth: 1 })).toHaveLength(1);
  });

  test('6: the smallest and the largest integers of 64 bits are accepted', () => {
    expect(findCodes('turn > -9223372036854775808 && turn < 9223372036854775807')).toEqual([]);
    expect(findCodes('uint(turn) < 18446744073709551615u')).toEqual([]);
    expect(findCodes('uint(turn) < 18446744073709551616u')).toEqual(['CONDITION_SYNTAX']);
    expect(findCodes('turn > -9223372036854775809')).toEqual(['CONDITION_SYNTAX']);
  });
});

describe('6: a regular expression at the limit is accepted', () => {
  test.each([
    ['length', 'x'.repeat(200), 'x'.repeat(201)],
    ['size', '(x{50}){10}', '(x{50}){10}x'],
  ])('6: %s', (_, allowed, refused) => {
    expect(findCodes(`message.matches('${allowed}')`)).toEqual([]);
    expect(findCodes(`message.matches('${refused}')`)).toEqual(['PATTERN']);
  });
});

describe('6: the messages of warnings about arithmetic', () => {
  const fix = 'Write 1.0 instead of 1, or convert an operand with int(...) or double(...).';

  test.each([
    ['data.age % 2 == 0', "'%' fails at evaluation: it requires ints. Convert the operands with int(...)."],
    ['turn % 2.0 == 0.0', "'%' fails at evaluation: it requires ints. Convert the operands with int(...)."],
    [
      'data.age + 1 > 18',
      `'+' fails at evaluation: numbers in fields are doubles and the other operand is an int. ${fix}`,
    ],
    ['turn * 1.5 > 18.0', `'*' fails at evaluation: one operand is a double and the other is an int. ${fix}`],
  ])('6: %s', (text, message) => {
    expect(compileCondition(text).findings).toMatchObject([{ code: 'INTEGER_ARITHMETIC', message }]);
  });
});

describe('6: checks within an expression', () => {
  test.each<[string, readonly number[]]>([
    ['(turn > 1 ? data.a : 1) + 1 > 18', []],
    ['(data.a + turn) + 1.0 > 18.0', [9]],
    ['(turn + data.a) + 1.0 > 18.0', [6]],
    ['[1.0].exists(x, x + 1 > 2)', []],
  ])('6: a calculation whose kind is not known is no warning in another one: %s', (text, columns) => {
    expect(compileCondition(text).findings.map(({ column }) => column)).toEqual(columns);
  });

  test.each([
    ["{typo: 1} == {'a': 1}", 2],
    ["{'a': typo} == {'a': 1}", 7],
  ])('6: the keys and values of a map literal are checked: %s', (text, column) => {
    expect(compileError(text)).toMatchObject({ code: 'UNKNOWN_VARIABLE', column });
  });

  test('6: a function with the right number of arguments in the wrong form is unknown', () => {
    expect(compileError('size(message, 1) == 1')?.message).toBe("'size' is not a function with 2 arguments.");
    expect(compileError('startsWith(message) == true')?.message).toBe(
      "'startsWith' is not a function with 1 argument.",
    );
  });

  test('6: exactly as many findings as the limit are all returned in text order', () => {
    const text = `[${Array.from({ length: 19 }, () => 'data.n+1').join(',')}, typo] == [1]`;
    const { findings } = compileCondition(text);
    expect(findings.map(({ severity }) => severity).join()).toBe(`${'WARNING,'.repeat(19)}ERROR`);
  });
});

describe('6: messages of syntax errors', () => {
  test.each([
    ['data.a and not data.b', /Use '&&'/],
    ['knot data.a', /unexpected/],
    ['data.not == 1 1', /unexpected/],
    ['not   data.a', /Use '!'\.$/],
    ["message == 'is not so' = 1", /'=' is not an operator\. Use '=='\.$/],
    ['data.a ; == 1', /unexpected ';'\.$/],
  ])('6: %s', (text, message) => {
    expect(compileError(text)?.message).toMatch(message);
  });
});
