import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Ajv, { type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseScenarioFile } from '../../src/cli/files';
import { durationPattern } from '../../src/cli/files/duration';

const root = join(__dirname, '..', '..');
const schema: Record<string, unknown> = JSON.parse(readFileSync(join(root, 'schemas', 'scenario.schema.json'), 'utf8'));
const examples = readdirSync(join(root, 'examples', 'scenarios'));

let validate: ValidateFunction;
beforeAll(() => {
  validate = new Ajv({ allErrors: true, strict: true, strictRequired: false }).compile(schema);
});

function documentsOf(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

function errorsOf(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const smallest = {
  scenario_id: '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01',
  name: 'Greeting',
  entry_step_id: 'hello',
  steps: [{ step_id: 'hello', is_terminal: true }],
};

test('the schema is what the contract gives', async () => {
  await promisify(execFile)('node', ['scripts/scenario-schema.mjs', '--check'], { cwd: root });
}, 60_000);

test.each(examples)('examples/scenarios/%s names the schema, validates against it and is read', (name) => {
  const text = readFileSync(join(root, 'examples', 'scenarios', name), 'utf8');
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/scenario\.schema\.json\n/);
  expect(documentsOf(text).flatMap(errorsOf)).toEqual([]);
  expect(parseScenarioFile(name, text).problems).toEqual([]);
});

test.each([
  ['a misspelled key', { ...smallest, prioritiy: 1 }],
  ['a missing name', { ...smallest, name: undefined }],
  ['an id that is no UUID', { ...smallest, scenario_id: 'greeting' }],
  ['no step', { ...smallest, steps: [] }],
  ['a number out of range', { ...smallest, priority: 1_000_001 }],
  ['a fraction', { ...smallest, priority: 0.5 }],
  ['a text that is too long', { ...smallest, name: 'x'.repeat(201) }],
  ['an unknown enum value', { ...smallest, idle_action: 'STOP' }],
  ['an unset enum value', { ...smallest, idle_action: 'IDLE_ACTION_UNSPECIFIED' }],
  ['a duration without a unit', { ...smallest, idle_timeout: '15' }],
  ['a duration with its units mixed up', { ...smallest, idle_timeout: '15m1h' }],
  ['something listed twice', { ...smallest, tags: ['a', 'a'] }],
  ['a text in place of a list', { ...smallest, tags: 'a' }],
  ['a relationship beside a scenario', { ...smallest, relationships: [] }],
  ['a relationship without a target', { relationships: [{ kind: 'EXCLUDES', source_id: smallest.scenario_id }] }],
])('the schema and the reader refuse %s alike', (_what, document) => {
  const json: unknown = JSON.parse(JSON.stringify(document));
  expect(errorsOf(json)).not.toEqual([]);
  expect(parseScenarioFile('a.json', JSON.stringify(json)).problems).not.toEqual([]);
});

test.each([
  ['the smallest scenario', smallest],
  ['a short enum value', { ...smallest, idle_action: 'CANCEL' }],
  ['a full enum value', { ...smallest, idle_action: 'IDLE_ACTION_CANCEL' }],
  ['a duration', { ...smallest, idle_timeout: '1h30m' }],
  ['the name of the schema', { $schema: 'x', ...smallest }],
  [
    'relationships',
    {
      relationships: [
        { kind: 'EXCLUDES', source_id: smallest.scenario_id, target_scenario_id: smallest.scenario_id, weight: 0.5 },
      ],
    },
  ],
])('the schema and the reader take %s alike', (_what, document) => {
  expect(errorsOf(document)).toEqual([]);
  expect(parseScenarioFile('a.json', JSON.stringify(document)).problems).toEqual([]);
});

test('durations look the same to the schema and to the reader', () => {
  const patterns = JSON.stringify(schema).includes(JSON.stringify(durationPattern).slice(1, -1));
  expect(patterns).toBe(true);
});

test('everything in the schema is described for the reader of an editor’s hint', () => {
  const named = z.record(z.string(), z.object({ description: z.string().min(10) }));
  expect(named.safeParse(schema['definitions']).success).toBe(true);
});
