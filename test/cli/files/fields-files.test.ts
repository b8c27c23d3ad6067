import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FieldSource, FieldType } from '../../../gen/focal/orchestration/v1/field';
import {
  checkScenarios,
  formatProblem,
  loadScenarioFiles,
  parseScenarioFile,
  readScenarioFiles,
} from '../../../src/cli/files';

const scenario = `
scenario_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01
name: Greeting
entry_step_id: hello
steps:
  - step_id: hello
    collects_profile_fields: [age]
    transitions:
      - {target_step_id: bye, condition: data.age == "18"}
      - {target_step_id: bye}
  - {step_id: bye, is_terminal: true}
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fields-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function findProblems(text: string): readonly string[] {
  const file = write('fields.yaml', text);
  const { problems } = checkScenarios(readScenarioFiles([file]));
  return problems.map((problem) => formatProblem({ ...problem, file: 'fields.yaml' }));
}

test('10: a document with the key `fields` defines fields, and each text can be a string', () => {
  const { fields, scenarios, problems } = parseScenarioFile(
    'fields.yaml',
    `fields:
  - name: size
    type: LIST
    item_type: ENUM
    values: [small, {value: large, synonyms: [L]}]
    prompt: Which size?
    reason: {text: Pick one., translations: {de: Eine.}}
    examples: [small, {text: large}]
    sources: [CUSTOMER, FIELD_SOURCE_TOOL]
    max_age: 15m
`,
  );
  expect([problems, scenarios]).toEqual([[], []]);
  expect(fields[0]?.message.fields).toMatchObject([
    {
      name: 'size',
      type: FieldType.FIELD_TYPE_LIST,
      itemType: FieldType.FIELD_TYPE_ENUM,
      values: [
        { value: 'small', synonyms: [] },
        { value: 'large', synonyms: ['L'] },
      ],
      prompt: { text: 'Which size?', translations: {} },
      reason: { text: 'Pick one.', translations: { de: 'Eine.' } },
      examples: [{ text: 'small' }, { text: 'large' }],
      sources: [FieldSource.FIELD_SOURCE_CUSTOMER, FieldSource.FIELD_SOURCE_TOOL],
      maxAge: { seconds: 900, nanos: 0 },
    },
  ]);
});

test.each([
  [
    'an unknown setting',
    'fields:\n  - {name: a, typ: TEXT}\n',
    'fields.yaml:2:15: error UNKNOWN_KEY: fields[0].typ: no such field `typ`; did you mean `type`?',
  ],
  [
    'another key in addition to the fields',
    'fields: []\nname: x\n',
    'fields.yaml:2:1: error UNKNOWN_KEY: name: no such field `name` in FieldDefinitions; remove it',
  ],
  [
    'an empty text in the short form',
    'fields:\n  - name: a\n    prompt: ""\n',
    'fields.yaml:3:13: error CONTRACT_RULE: fields[0].prompt.text: must be at least 1 characters',
  ],
  [
    'an invalid language tag',
    'fields:\n  - name: a\n    prompt: {text: x, translations: {"d e": x}}\n',
    expect.stringMatching(/^fields\.yaml:3:\d+: error CONTRACT_RULE: fields\[0\]\.prompt\.translations\["d e"\]: /),
  ],
  [
    'a finding at its line',
    'fields:\n  - name: a\n    type: ENUM\n',
    'fields.yaml:2:5: error ENUM_WITHOUT_VALUES: fields[0].values: Field "a" is an ENUM without values. List them in values.',
  ],
  [
    'an invalid rule, at its position in the text',
    'fields:\n  - name: a\n    valid: |\n      value > 1.0 &&\n        vlue < 2.0\n',
    expect.stringMatching(/^fields\.yaml:5:9: error UNKNOWN_VARIABLE: fields\[0\]\.valid: /),
  ],
])('10: validate reports %s', (_what, text, problem) => {
  expect(findProblems(text)).toEqual([problem]);
});

test('10: definitions in two documents are an error at the second one', () => {
  const files = [write('fields.yaml', 'fields: []\n'), write('more.yaml', 'fields:\n  - name: a\n')];
  const { problems, fields } = readScenarioFiles(files);
  expect(fields).toHaveLength(1);
  expect(problems).toMatchObject([{ file: files[1], line: 2, code: 'SECOND_FIELDS', severity: 'ERROR' }]);
  expect(() => loadScenarioFiles(files)).toThrow(/SECOND_FIELDS/);
});

test('10: a condition that does not match the type of a field is a warning at its position', () => {
  const files = [write('fields.yaml', 'fields:\n  - {name: age, type: INTEGER}\n'), write('scenario.yaml', scenario)];
  expect(checkScenarios(readScenarioFiles(files)).problems).toMatchObject([
    { file: files[1], line: 9, severity: 'WARNING', code: 'FIELD_TYPE' },
  ]);
  expect(checkScenarios(readScenarioFiles(files.slice(1))).problems).toEqual([]);
});
