import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { expectationKeys } from '../../src/cli/conversation-tests/expectation';

const rootFolder = join(__dirname, '..', '..');
const schema = JSON.parse(readFileSync(join(rootFolder, 'schemas', 'conversation.schema.json'), 'utf8'));
const validate = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(schema);
const examples = readdirSync(join(rootFolder, 'examples', 'conversations'));

test.each(examples)('examples/conversations/%s names the schema and is valid', (name) => {
  const text = readFileSync(join(rootFolder, 'examples', 'conversations', name), 'utf8');
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/conversation\.schema\.json\n/);
  validate(parse(text));
  expect(validate.errors ?? []).toEqual([]);
});

test('the schema has exactly the keys of an expectation', () => {
  const { expect: expectation } = schema.properties.turns.items.properties;
  expect(Object.keys(expectation.properties)).toEqual(expectationKeys);
  expect(expectation.additionalProperties).toBe(false);
});

test.each([
  ['a misspelled key', { nmae: 'x' }],
  ['no turns', { turns: [] }],
  ['an unknown key in an expectation', { turns: [{ expect: { start: [] } }] }],
  ['an unknown setting', { given: { scenarios: ['a.yaml'], settings: { max_loops: 1 } } }],
  ['a change of the catalogue that changes nothing', { turns: [{ catalogue: {} }] }],
  ['a session id, which the test runner sets', { turns: [{ session_id: 'x', expect: {} }] }],
])('the schema refuses %s', (_case, change) => {
  const conversation = { name: 'Talk', given: { scenarios: ['a.yaml'] }, turns: [{ message: 'Hello', expect: {} }] };
  expect(validate(conversation)).toBe(true);
  const settings = { max_attempts: 2, semantic_evaluation: 'off' };
  const turns = [{ message: 'Hello', catalogue: { disable: ['A'] } }, { expect: { asks_exactly: { A: ['b'] } } }];
  expect(validate({ ...conversation, given: { scenarios: ['a.yaml'], settings }, turns })).toBe(true);
  expect(validate({ ...conversation, ...change })).toBe(false);
});
