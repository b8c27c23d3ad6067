import { importFiles, listErrors, readImported } from './import-files';

/** Each name stands for a step whose two branches are the step before. */
const bomb = Array.from({ length: 26 }, (_, index) => {
  const branch = index === 0 ? 'END' : `*s${index - 1}`;
  return `s${index}: &s${index} [{noop: true, next: [{if: slots.x, then: ${branch}}, {else: ${branch}}]}]`;
}).join('\n');

test.each([
  ['aliases that expand to millions of steps', `${bomb}\nflows: {f: {steps: *s25}}`],
  [
    'an alias that contains itself',
    'flows:\n  f:\n    steps: &s\n      - collect: x\n        next: [{if: slots.x, then: *s}, {else: *s}]\n',
  ],
])('%s ends with an error at a position', async (_, text) => {
  const project = await importFiles({ 'flows.yml': text });
  expect(project.files).toEqual([]);
  expect(project.problems).toMatchObject([{ severity: 'ERROR', file: 'flows.yml', line: expect.any(Number) }]);
});

test('an alias that is used twice imports as two steps', async () => {
  const project = await importFiles({
    'flows.yml': 'flows:\n  f:\n    steps:\n      - &s {action: utter_a}\n      - *s\n',
  });
  expect(listErrors(project)).toEqual([]);
  expect(readImported(project, 'scenarios/f.yaml')).toMatchObject({
    steps: [{ step_id: 'utter_a' }, { step_id: 'utter_a_2' }],
  });
});

const names = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'END',
  'end',
  'not_carried_over',
  '',
  ' ',
  'ä ö',
  '../../x',
  'a\\u0000b',
];

test.each(names)('the name "%s" for flow, step, slot, response and test does not break the import', async (name) => {
  const quoted = `"${name}"`;
  const project = await importFiles({
    'all.yml': `
flows:
  ${quoted}:
    name: ${quoted}
    description: ${quoted}
    persisted_slots: [${quoted}]
    steps:
      - id: ${quoted}
        collect: ${quoted}
        utter: ${quoted}
        rejections: [{if: 'slots.${name} = "a"', utter: ${quoted}}]
        next:
          - if: slots.${name}
            then: [{action: ${quoted}}, {call: ${quoted}}]
          - else: [{set_slots: [{${quoted}: null}]}, {set_slots: [{${quoted}: 1}], next: ${quoted}}]
  second:
    steps: [{action: ${quoted}}, {link: ${quoted}}]
slots: {${quoted}: {type: text, initial_value: a, mappings: [{type: from_llm}]}}
responses: {${quoted}: [{text: ${quoted}}]}
test_cases:
  - test_case: ${quoted}
    steps: [{user: x, assertions: [{flow_started: ${quoted}}, {slot_was_set: [{name: ${quoted}, value: ${quoted}}]}, {bot_uttered: {utter_name: ${quoted}}}]}]
`.replaceAll('slots."', 'slots.'),
  });
  expect(project.problems).toEqual([]);
  expect(listErrors(project)).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  for (const { path } of project.files) {
    expect(path).toMatch(
      /^(scenarios\/[a-z0-9-]+\.yaml|conversations\/[a-z0-9-]+\.yaml|responses\.jsonl|import-report\.md)$/,
    );
  }
});

test('characters that hide or reverse text are escapes in the report and in the texts of responses', async () => {
  const hidden = 'a\u202eb';
  const project = await importFiles({
    'all.yml': `flows: {f: {steps: [{action: utter_x}], "${hidden}": 1}}\nresponses: {utter_x: [{text: "${hidden}"}]}\n`,
  });
  const report = project.files.find(({ path }) => path === 'import-report.md')?.text ?? '';
  const responses = project.files.find(({ path }) => path === 'responses.jsonl')?.text ?? '';
  expect(report).toContain('a\\u{202e}b');
  expect(JSON.parse(responses)).toEqual({ template_id: 'utter_x', text: hidden });
  expect(report + responses).not.toContain(hidden);
});

test('flows that call and link each other in cycles import, without the calls of the cycle', async () => {
  const project = await importFiles({
    'flows.yml': `flows:
  a: {steps: [{call: b}, {action: utter_x}]}
  b: {steps: [{call: c}]}
  c: {steps: [{call: a}, {call: c}]}
  d: {steps: [{link: e}]}
  e: {steps: [{link: d}]}
  f: {steps: [{collect: x, next: [{if: slots.x, then: [{link: f}]}, {else: END}]}]}
slots: {x: {type: bool, mappings: [{type: from_llm}]}}
`,
  });
  expect(listErrors(project)).toEqual([]);
  const cycles = project.items.filter(({ reason }) => reason.includes('in a cycle')).map(({ construct }) => construct);
  expect(cycles).toEqual([
    'flow "a": call "b"',
    'flow "b": call "c"',
    'flow "c": call "a"',
    'flow "c": call "c"',
    'flow "f": link "f"',
  ]);
});

test.each([
  ['flows: 1'],
  ['flows: {f: 1, g: [], h: {steps: {}}, i: {steps: [1, [], null, {}]}}'],
  ['flows: {f: {steps: [{collect: {a: 1}}, {action: [x]}, {call: null}, {link: {}}, {set_slots: 3}, {noop: []}]}}'],
  [
    'flows: {f: {if: [1], name: [], description: {a: 1}, persisted_slots: x, steps: [{collect: x, rejections: 1, next: {}}]}}',
  ],
  ['flows: {f: {steps: [{noop: true, next: [1, {if: 1}, {then: x}, {else: {}}]}]}}'],
  ['slots: [a]\nresponses: 1\ntest_cases: {a: 1}\nfixtures: 7\nactions: {}\n'],
  [
    'slots: {x: 1, y: {type: [], mappings: 1, values: {a: 1}, initial_value: {a: 1}}}\nresponses: {r: 1, s: [1], t: [{text: [], translation: 1}]}',
  ],
  [
    'test_cases: [1, {test_case: [], steps: [1, {user: []}, {utter: {}}, {slot_was_set: 1}, {assertions: [1, {slot_was_set: [[]]}, {flow_started: []}]}]}]',
  ],
  ['? [complex]\n: 1\nflows: {? {a: 1} : {steps: []}}'],
  ['--- \n'],
  ['- 1\n- 2\n'],
  [
    `flows: {f: {description: ${'x'.repeat(5_000)}, name: ${'n'.repeat(300)}, steps: [{id: ${'i'.repeat(300)}, action: ${'a'.repeat(300)}}, {action: utter_${'u'.repeat(300)}}]}}`,
  ],
])('a project with unexpected types imports or is refused with a position: %.60s', async (text) => {
  const project = await importFiles({ 'project.yml': text });
  expect(listErrors(project)).toEqual([]);
  for (const { line, column } of [...project.items, ...project.problems]) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
  }
});

test('a syntax error is reported at its position, and nothing is written', async () => {
  const project = await importFiles({ 'a.yml': 'flows: {}\n', 'b.yml': 'flows:\n  x: [\n' });
  expect(project).toMatchObject({ files: [], problems: [{ file: 'b.yml', code: 'SYNTAX', line: 3 }] });
});
