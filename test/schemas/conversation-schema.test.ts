import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { makeExact } from '../../src/cli/conversation-tests/expectation';

const root = join(__dirname, '..', '..');
const schema = JSON.parse(readFileSync(join(root, 'schemas', 'conversation.schema.json'), 'utf8'));
const validate = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(schema);
const examples = readdirSync(join(root, 'examples', 'conversations'));

test.each(examples)('examples/conversations/%s names the schema and is valid', (name) => {
  const text = readFileSync(join(root, 'examples', 'conversations', name), 'utf8');
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/conversation\.schema\.json\n/);
  validate(parse(text));
  expect(validate.errors ?? []).toEqual([]);
});

test('the schema has exactly the keys of an expectation', () => {
  const { expect: expectation } = schema.properties.turns.items.properties;
  expect(Object.keys(expectation.properties)).toEqual(Object.keys(makeExact({})));
  expect(expectation.additionalProperties).toBe(false);
});

test.each([
  ['a misspelled key', { nmae: 'x' }],
  ['no turns', { turns: [] }],
  ['an unknown expectation', { turns: [{ expect: { start: [] } }] }],
  ['a turn id, which the test runner chooses', { turns: [{ turn_id: 'x', expect: {} }] }],
])('%s is rejected', (_case, change) => {
  const conversation = { name: 'Talk', given: { scenarios: ['a.yaml'] }, turns: [{ message: 'Hello', expect: {} }] };
  expect(validate(conversation)).toBe(true);
  expect(validate({ ...conversation, ...change })).toBe(false);
});
