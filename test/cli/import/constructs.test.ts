import { importFiles, listErrors, readImported } from './import-files';

/** Slots for the flows of this file. */
const domain = `
slots:
  name: {type: text, mappings: [{type: from_llm}]}
  age: {type: float, mappings: [{type: from_llm}]}
  sure: {type: bool, mappings: [{type: from_llm}]}
  member: {type: bool, mappings: [{type: from_llm}]}
  found: {type: bool, mappings: [{type: controlled}]}
responses:
  utter_ask_name: [{text: Your name?}]
  utter_ask_age: [{text: Your age?}]
  utter_ask_member: [{text: Are you a member?}]
  utter_ask_sure: [{text: "Are you sure, {name}?"}]
  utter_too_young: [{text: You are too young.}]
`;

async function importFlow(
  steps: string,
  others = '',
  readActions: readonly string[] = [],
): Promise<{ readonly scenario: unknown; readonly lines: readonly string[] }> {
  const files = { 'flows.yml': `flows:\n  main:\n    steps:\n${steps}${others}`, 'domain.yml': domain };
  const project = await importFiles(files, readActions);
  expect(project.problems).toEqual([]);
  expect(listErrors(project)).toEqual([]);
  return {
    scenario: readImported(project, 'scenarios/main.yaml'),
    lines: project.items.map(({ kind, construct, line, column }) => `${line}:${column} ${kind} ${construct}`),
  };
}

const other = `
  other:
    steps:
      - collect: age
      - collect: member
`;

test.each([
  {
    construct: 'collect',
    steps: '      - collect: name\n        description: The full name.\n',
    expected: [
      {
        step_id: 'collect_name',
        description: 'The full name.',
        collects_profile_fields: ['name'],
        transitions: [{ target_step_id: 'end' }],
      },
      { step_id: 'end', is_terminal: true },
    ],
  },
  {
    construct: 'collect with ask_before_filling',
    steps: '      - collect: member\n        ask_before_filling: true\n',
    expected: [{ collects_profile_fields: ['member'], can_skip: false }, {}],
  },
  {
    construct: 'a confirmation',
    steps: `      - collect: name
      - collect: sure
        ask_before_filling: true
        next:
          - if: not slots.sure
            then: END
          - else: done
      - id: done
        action: utter_done
`,
    expected: [
      {},
      {
        step_id: 'collect_sure',
        description: 'Are you sure, {name}?',
        requires_confirmation: true,
        confirms_fields: ['name'],
        transitions: [{ target_step_id: 'end', outcomes: ['DECLINED'] }, { target_step_id: 'done' }],
      },
      { step_id: 'done', template_ids: ['utter_done'], is_terminal: true },
      {},
    ],
    lines: ['5:9 CHANGED flow "main": collect "sure"'],
  },
  {
    construct: 'an utter in the middle and one at the end',
    steps: '      - action: utter_hello\n      - action: utter_bye\n',
    expected: [
      { template_ids: ['utter_hello'], speak: 'WITH_NEXT', transitions: [{ target_step_id: 'utter_bye' }] },
      { step_id: 'utter_bye', template_ids: ['utter_bye'], is_terminal: true },
    ],
  },
  {
    construct: 'an action with the slots that its branches read',
    steps: `      - action: look_up
        next:
          - if: slots.found and slots.name
            then: END
          - else:
              - action: utter_nothing
                next: END
`,
    expected: [
      {
        step_id: 'look_up',
        is_required_action: true,
        requires_confirmation: false,
        tool_bindings: [{ tool_id: 'look_up', variable_names: ['found', 'name'] }],
        transitions: [
          {
            target_step_id: 'end',
            condition: 'has(data.found) && data.found && has(data.name) && data.name != ""',
          },
          { target_step_id: 'utter_nothing' },
        ],
      },
      {},
      {},
    ],
    lines: ['4:9 CHANGED flow "main": action "look_up"'],
  },
  {
    construct: 'branches with nested steps, in the order of the file',
    steps: `      - collect: age
        next:
          - if: slots.age < 18
            then:
              - action: utter_a
              - action: utter_b
                next: END
          - else: last
      - id: last
        action: utter_c
`,
    expected: [
      {
        transitions: [
          { target_step_id: 'utter_a', condition: 'has(data.age) && data.age < 18.0' },
          { target_step_id: 'last' },
        ],
      },
      { step_id: 'utter_a', speak: 'WITH_NEXT' },
      { step_id: 'utter_b', is_terminal: true },
      { step_id: 'last', is_terminal: true },
    ],
  },
  {
    construct: 'noop, and set_slots to null',
    steps: `      - noop: true
        next:
          - if: slots.name
            then: forget
          - else: END
      - id: forget
        set_slots:
          - name: null
`,
    expected: [
      { step_id: 'branch' },
      {
        step_id: 'forget',
        transitions: [{ target_step_id: 'end', condition: '("name" in data || !("name" in data))', clears: ['name'] }],
      },
      {},
    ],
  },
  {
    construct: 'set_slots to a constant, which needs a tool',
    steps: '      - id: mark\n        set_slots:\n          - member: true\n          - age: 3\n',
    expected: [
      {
        tool_bindings: [{ tool_id: 'set_slots/main/mark', effect: 'READ', variable_names: ['member', 'age'] }],
      },
      {},
    ],
    lines: ['4:9 NOT_CARRIED_OVER flow "main": set_slots'],
  },
  {
    construct: 'call',
    steps: '      - call: other\n      - action: utter_bye\n',
    others: other,
    expected: [{ step_id: 'call_other', calls: { returns: ['age', 'member'] } }, {}],
  },
  {
    construct: 'link at the only end of a flow, which becomes LEADS_TO',
    steps: '      - collect: name\n      - link: other\n',
    others: other,
    expected: [{}, { step_id: 'link_other', is_terminal: true }],
  },
  {
    construct: 'link at one of several ends, which becomes a call',
    steps: `      - collect: name
        next:
          - if: slots.name = "Ada"
            then:
              - link: other
          - else: END
`,
    others: other,
    expected: [{}, { step_id: 'link_other', calls: { returns: ['age', 'member'] } }, {}],
    lines: ['8:17 CHANGED flow "main": link "other"'],
  },
  {
    construct: 'a branch that cannot be translated, and the branches after it, which fail closed',
    steps: `      - collect: name
        next:
          - if: slots.name = "Ada"
            then: END
          - if: context.tries > 2
            then: last
          - else: last
      - id: last
        action: utter_last
`,
    expected: [
      {
        transitions: [
          { target_step_id: 'end', condition: 'has(data.name) && data.name == "Ada"' },
          { target_step_id: 'last', condition: 'false', description: 'Not carried over: context.tries > 2' },
          { target_step_id: 'last', condition: 'false', description: 'Not carried over: else' },
          { target_step_id: 'not_carried_over' },
        ],
      },
      {},
      {},
      { step_id: 'not_carried_over', is_terminal: true, ending: 'FAILED' },
    ],
    lines: ['8:17 NOT_CARRIED_OVER flow "main": if: context.tries > 2'],
  },
  {
    construct: 'branches without `else`, and an unknown step as target',
    steps: `      - collect: name
        next:
          - if: slots.name
            then: nowhere
`,
    expected: [
      {
        transitions: [
          { target_step_id: 'not_carried_over', condition: 'has(data.name) && data.name != ""' },
          { target_step_id: 'not_carried_over' },
        ],
      },
      {},
    ],
    lines: ['6:11 NOT_CARRIED_OVER flow "main": next', '7:19 NOT_CARRIED_OVER flow "main": next'],
  },
  {
    construct: 'a step of a kind that the import does not know',
    steps: '      - generation_prompt: Say hello.\n      - action: utter_bye\n',
    expected: [
      {
        transitions: [{ target_step_id: 'utter_bye', condition: 'false' }, { target_step_id: 'not_carried_over' }],
      },
      {},
      {},
    ],
    lines: ['4:9 NOT_CARRIED_OVER flow "main": step with generation_prompt'],
  },
  {
    construct: 'calls of an unknown flow and of a pattern',
    steps: '      - call: missing\n      - link: pattern_human_handoff\n',
    expected: [
      { transitions: [{ target_step_id: 'link_pattern_human_handoff', condition: 'false' }, {}] },
      { transitions: [{ target_step_id: 'end', condition: 'false' }, {}] },
      {},
      {},
    ],
    lines: [
      '4:9 NOT_CARRIED_OVER flow "main": call "missing"',
      '5:9 NOT_CARRIED_OVER flow "main": link "pattern_human_handoff"',
    ],
  },
  {
    construct: 'a loop without an end',
    steps: '      - id: again\n        collect: name\n        ask_before_filling: true\n        next: again\n',
    expected: [{ step_id: 'again', transitions: [{ target_step_id: 'again' }] }],
    lines: ['2:3 CHANGED flow "main"'],
  },
])('$construct', async ({ steps, others, expected, lines = [] }) => {
  const imported = await importFlow(steps, others);
  expect(imported.scenario).toMatchObject({ name: 'main', steps: expected });
  expect(imported.lines.filter((line) => !line.includes('flow "other"'))).toEqual(lines);
});

test.each([
  ['a guard becomes an entry condition', 'slots.member', '', 'has(data.member) && data.member', []],
  ['a guard that cannot be translated never lets the scenario start', 'context.x', '', 'false', ['if: context.x']],
  ['`if: False` of a flow that is called is left to the caller', 'False', 'call', undefined, ['if: false']],
  [
    'another guard of a flow that is called also guards the call',
    'slots.member',
    'call',
    'has(data.member) && data.member',
    ['if: slots.member'],
  ],
])('%s', async (_, guard, call, condition, losses) => {
  const caller = call === '' ? '' : '\n  caller:\n    steps:\n      - call: main\n';
  const flows = `flows:\n  main:\n    if: ${guard}\n    steps:\n      - collect: name\n${caller}`;
  const project = await importFiles({ 'flows.yml': flows, 'domain.yml': domain });
  expect(readImported(project, 'scenarios/main.yaml')).toHaveProperty('entry_step_id', 'collect_name');
  expect((readImported(project, 'scenarios/main.yaml') as { entry_condition?: string }).entry_condition).toBe(
    condition,
  );
  expect(project.items.map(({ construct }) => construct)).toEqual(losses.map((loss) => `flow "main": ${loss}`));
});

test('an action that only looks something up is a READ tool', async () => {
  const { scenario } = await importFlow('      - action: look_up\n', '', ['look_up']);
  expect(scenario).toMatchObject({ steps: [{ tool_bindings: [{ tool_id: 'look_up', effect: 'READ' }] }, {}] });
});

test('slots become fields with type, prompt, rule and source', async () => {
  const project = await importFiles({
    'flows.yml': `flows:
  main:
    persisted_slots: [color]
    steps:
      - collect: color
        description: The color of the bag.
      - collect: age
        rejections:
          - {if: slots.age < 18, utter: utter_too_young}
      - collect: plain
        utter: utter_which
        reset_after_flow_ends: false
`,
    'domain/a.yml': `slots:
  color: {type: categorical, values: [red, blue], mappings: [{type: from_llm}]}
  plain: {type: text, mappings: [{type: from_llm}]}
  things: {type: list, mappings: [{type: controlled}]}
`,
    'domain/b.yml': `${domain}  utter_ask_color:
    - text: Which color?
      translation: {de: Welche Farbe?}
  utter_which: [{text: Which one?}]
  utter_unused: [{text: Not used.}]
`,
  });
  expect(listErrors(project)).toEqual([]);
  expect(readImported(project, 'scenarios/fields.yaml')).toEqual({
    fields: expect.arrayContaining([
      {
        name: 'color',
        type: 'ENUM',
        values: ['red', 'blue'],
        description: 'The color of the bag.',
        prompt: { text: 'Which color?', translations: { de: 'Welche Farbe?' } },
      },
      { name: 'plain', type: 'TEXT', prompt: 'Which one?' },
      { name: 'things', sources: ['CALLER', 'TOOL', 'PROFILE'] },
      { name: 'age', type: 'NUMBER', prompt: 'Your age?', valid: 'value >= 18.0', reason: 'You are too young.' },
    ]),
  });
  expect(readImported(project, 'scenarios/main.yaml')).toHaveProperty('persisted_fields', ['color', 'plain']);
  const responses = project.files.find(({ path }) => path === 'responses.jsonl')?.text ?? '';
  expect(responses.trim().split('\n')).toContain('{"template_id":"utter_unused","text":"Not used."}');
  expect(responses).not.toContain('Which color');
});

test('a rejection that cannot be translated accepts no value', async () => {
  const flows = `flows:\n  main:\n    steps:\n      - collect: name\n        rejections:\n          - {if: "slots.name > 3", utter: x}\n`;
  const project = await importFiles({ 'flows.yml': flows, 'domain.yml': domain });
  expect(readImported(project, 'scenarios/fields.yaml')).toMatchObject({
    fields: expect.arrayContaining([expect.objectContaining({ name: 'name', valid: 'false' })]),
  });
  expect(project.items).toContainEqual(expect.objectContaining({ kind: 'NOT_CARRIED_OVER', line: 6, column: 30 }));
});

test('the report is sorted by position and says what to do for each item', async () => {
  const project = await importFiles({
    'flows.yml':
      'nlu: []\nflows:\n  main:\n    nlu_trigger: []\n    steps:\n      - action: utter_x\n        colour: red\n',
    'config.yml': 'recipe: default.v1\n',
  });
  expect(project.items.map(({ file, line, column, construct }) => `${file}:${line}:${column} ${construct}`)).toEqual([
    'config.yml:1:1 file',
    'flows.yml:1:1 nlu',
    'flows.yml:4:5 flow "main": nlu_trigger',
    'flows.yml:7:9 flow "main": colour',
  ]);
  expect(project.items.every(({ reason, action }) => reason !== '' && action !== '')).toBe(true);
});
