import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Ajv, { type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseScenarioFile } from '../../src/cli/files';
import { durationPattern } from '../../src/cli/files/contract';

const rootFolder = join(__dirname, '..', '..');
const schema: Record<string, unknown> = JSON.parse(
  readFileSync(join(rootFolder, 'schemas', 'scenario.schema.json'), 'utf8'),
);
const examples = readdirSync(join(rootFolder, 'examples', 'scenarios'));
const fieldsSchema: Record<string, unknown> = JSON.parse(
  readFileSync(join(rootFolder, 'schemas', 'fields.schema.json'), 'utf8'),
);

let validate: ValidateFunction;
beforeAll(() => {
  validate = new Ajv({ allErrors: true, strict: true, strictRequired: false }).compile(schema);
});

function parseDocuments(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

function listErrors(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const minimal = {
  scenario_id: '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01',
  name: 'Greeting',
  entry_step_id: 'hello',
  steps: [{ step_id: 'hello', is_terminal: true }],
};
const related = { source_id: 'Refund', target_scenario_id: 'Callback' };

test('the schema is generated from the current contract', async () => {
  await promisify(execFile)('node', ['scripts/scenario-schema.mjs', '--check'], { cwd: rootFolder });
}, 60_000);

test.each(examples)('examples/scenarios/%s names the schema and is valid', (name) => {
  const text = readFileSync(join(rootFolder, 'examples', 'scenarios', name), 'utf8');
  const schemaName = name === 'fields.yaml' ? 'fields' : 'scenario';
  expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=../../schemas/${schemaName}.schema.json`);
  expect(parseDocuments(text).flatMap(listErrors)).toEqual([]);
  expect(parseScenarioFile(name, text).problems).toEqual([]);
});

test.each([
  ['a misspelled key', { ...minimal, prioritiy: 1 }],
  ['a missing name', { ...minimal, name: undefined }],
  ['an id that is not a UUID', { ...minimal, scenario_id: 'greeting' }],
  ['a scenario without steps', { ...minimal, steps: [] }],
  ['a number out of range', { ...minimal, priority: 1_000_001 }],
  ['a fraction', { ...minimal, priority: 0.5 }],
  ['a string that is too long', { ...minimal, name: 'x'.repeat(201) }],
  ['an unknown enum value', { ...minimal, idle_action: 'STOP' }],
  ['an UNSPECIFIED enum value', { ...minimal, idle_action: 'IDLE_ACTION_UNSPECIFIED' }],
  ['a duration without a unit', { ...minimal, idle_timeout: '15' }],
  ['a duration with units in the wrong order', { ...minimal, idle_timeout: '15m1h' }],
  ['a duplicate list item', { ...minimal, tags: ['a', 'a'] }],
  ['a string instead of a list', { ...minimal, tags: 'a' }],
  ['fields and a scenario in one document', { ...minimal, fields: [] }],
  ['a field without a name', { fields: [{ type: 'TEXT' }] }],
  ['an unknown type', { fields: [{ name: 'a', type: 'STRING' }] }],
  ['a number as a text', { fields: [{ name: 'a', prompt: 7 }] }],
  ['a call without a scenario', { ...minimal, steps: [{ step_id: 'a', calls: { reuse_completed: true } }] }],
  ['a reminder after no time', { ...minimal, steps: [{ step_id: 'a', remind_after: 10 }] }],
  ['a threshold above 1', { ...minimal, restart_threshold: 1.5 }],
  ['a text without a default', { fields: [{ name: 'a', prompt: { translations: { de: 'x' } } }] }],
  ['an empty text', { fields: [{ name: 'a', prompt: '' }] }],
  ['a relationship and a scenario in one document', { ...minimal, relationships: [] }],
  ['a relationship without a target', { relationships: [{ kind: 'EXCLUDES', source_id: minimal.scenario_id }] }],
])('the schema and the parser refuse %s', (_case, document) => {
  const json: unknown = JSON.parse(JSON.stringify(document));
  expect(listErrors(json)).not.toEqual([]);
  expect(parseScenarioFile('a.json', JSON.stringify(json)).problems).not.toEqual([]);
});

test.each([
  ['a minimal scenario', minimal],
  ['a short enum value', { ...minimal, idle_action: 'CANCEL' }],
  ['a full enum value', { ...minimal, idle_action: 'IDLE_ACTION_CANCEL' }],
  ['a duration', { ...minimal, idle_timeout: '1h30m' }],
  ['a $schema key', { $schema: 'x', ...minimal }],
  ['the call of a named scenario', { ...minimal, steps: [{ step_id: 'a', calls: { scenario_id: 'Address' } }] }],
  [
    'a transition that returns, with a time',
    { ...minimal, steps: [{ step_id: 'a', transitions: [{ returns: true, after: '10m' }] }] },
  ],
  ['the outcome of a call', { ...minimal, steps: [{ step_id: 'a', transitions: [{ outcomes: ['CALL_FAILED'] }] }] }],
  ['a dependency to start', { relationships: [{ ...related, kind: 'DEPENDS_ON', start_dependency: true }] }],
  ['a scenario that leads to another', { relationships: [{ ...related, kind: 'LEADS_TO' }] }],
  [
    'a relationship between named scenarios',
    { relationships: [{ kind: 'EXCLUDES', source_id: 'Refund', target_scenario_id: 'Callback' }] },
  ],
  [
    'relationships',
    {
      relationships: [
        { kind: 'EXCLUDES', source_id: minimal.scenario_id, target_scenario_id: minimal.scenario_id, weight: 0.5 },
      ],
    },
  ],
])('the schema and the parser accept %s', (_case, document) => {
  expect(listErrors(document)).toEqual([]);
  expect(parseScenarioFile('a.json', JSON.stringify(document)).problems).toEqual([]);
});

test('the schema has the duration pattern of the parser', () => {
  const patterns = JSON.stringify(schema).includes(JSON.stringify(durationPattern).slice(1, -1));
  expect(patterns).toBe(true);
});

test('every definition of the schema has a description', () => {
  const named = z.record(z.string(), z.object({ description: z.string().min(10) }));
  expect(named.safeParse(schema['definitions']).success).toBe(true);
});

test('10: fields.schema.json accepts the documents with fields that the schema of scenario files accepts', () => {
  const validateFields = new Ajv({ allErrors: true, strict: true, strictRequired: false }).compile(fieldsSchema);
  const documents = [
    { $schema: 'x', fields: [] },
    { fields: [{ name: 'a', type: 'ENUM', values: ['x', { value: 'y', synonyms: ['z'] }], prompt: 'How?' }] },
    { fields: [{ name: 'a', reason: { text: 'x', translations: { de: 'y' } }, max_age: '15m' }] },
    { fields: [{ name: 'a', sources: ['CUSTOMER', 'CUSTOMER'] }] },
    { fields: [{ name: 'a', values: [7] }] },
    { fields: [{ nam: 'a' }] },
    {},
  ];
  expect(documents.map((document) => validateFields(document))).toEqual([true, true, true, false, false, false, false]);
  expect(documents.slice(0, 6).map((document) => listErrors(document).length === 0)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
