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

function parseDocuments(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

function listErrors(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const minimalScenario = {
  scenario_id: '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01',
  name: 'Greeting',
  entry_step_id: 'hello',
  steps: [{ step_id: 'hello', is_terminal: true }],
};

test('the schema is up to date with the contract', async () => {
  await promisify(execFile)('node', ['scripts/scenario-schema.mjs', '--check'], { cwd: root });
}, 60_000);

test.each(examples)('examples/scenarios/%s names the schema, is valid and can be read', (name) => {
  const text = readFileSync(join(root, 'examples', 'scenarios', name), 'utf8');
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/scenario\.schema\.json\n/);
  expect(parseDocuments(text).flatMap(listErrors)).toEqual([]);
  expect(parseScenarioFile(name, text).problems).toEqual([]);
});

test.each([
  ['a misspelled key', { ...minimalScenario, prioritiy: 1 }],
  ['a missing name', { ...minimalScenario, name: undefined }],
  ['an id that is not a UUID', { ...minimalScenario, scenario_id: 'greeting' }],
  ['no steps', { ...minimalScenario, steps: [] }],
  ['a number out of range', { ...minimalScenario, priority: 1_000_001 }],
  ['a fraction', { ...minimalScenario, priority: 0.5 }],
  ['a string that is too long', { ...minimalScenario, name: 'x'.repeat(201) }],
  ['an unknown enum value', { ...minimalScenario, idle_action: 'STOP' }],
  ['an unset enum value', { ...minimalScenario, idle_action: 'IDLE_ACTION_UNSPECIFIED' }],
  ['a duration without a unit', { ...minimalScenario, idle_timeout: '15' }],
  ['a duration with units in the wrong order', { ...minimalScenario, idle_timeout: '15m1h' }],
  ['a duplicate list entry', { ...minimalScenario, tags: ['a', 'a'] }],
  ['a string in place of a list', { ...minimalScenario, tags: 'a' }],
  ['relationships in a scenario', { ...minimalScenario, relationships: [] }],
  [
    'a relationship without a target',
    { relationships: [{ kind: 'EXCLUDES', source_id: minimalScenario.scenario_id }] },
  ],
])('schema and reader both reject %s', (_case, document) => {
  const json: unknown = JSON.parse(JSON.stringify(document));
  expect(listErrors(json)).not.toEqual([]);
  expect(parseScenarioFile('a.json', JSON.stringify(json)).problems).not.toEqual([]);
});

test.each([
  ['a minimal scenario', minimalScenario],
  ['a short enum value', { ...minimalScenario, idle_action: 'CANCEL' }],
  ['a full enum value', { ...minimalScenario, idle_action: 'IDLE_ACTION_CANCEL' }],
  ['a duration', { ...minimalScenario, idle_timeout: '1h30m' }],
  ['a $schema key', { $schema: 'x', ...minimalScenario }],
  [
    'relationships',
    {
      relationships: [
        {
          kind: 'EXCLUDES',
          source_id: minimalScenario.scenario_id,
          target_scenario_id: minimalScenario.scenario_id,
          weight: 0.5,
        },
      ],
    },
  ],
])('schema and reader both accept %s', (_case, document) => {
  expect(listErrors(document)).toEqual([]);
  expect(parseScenarioFile('a.json', JSON.stringify(document)).problems).toEqual([]);
});

test('schema and reader use the same pattern for durations', () => {
  const patterns = JSON.stringify(schema).includes(JSON.stringify(durationPattern).slice(1, -1));
  expect(patterns).toBe(true);
});

test('every definition has a description, which editors show as a hint', () => {
  const named = z.record(z.string(), z.object({ description: z.string().min(10) }));
  expect(named.safeParse(schema['definitions']).success).toBe(true);
});
