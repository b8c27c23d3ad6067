import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { makeExact } from '../../src/cli/conversation-tests/expectation';

const root = join(__dirname, '..', '..');
const schema = JSON.parse(readFileSync(join(root, 'schemas', 'conversation.schema.json'), 'utf8'));
const validate = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(schema);
const examples = readdirSync(join(root, 'examples', 'conversations'));

test.each(examples)('examples/conversations/%s names the schema and validates against it', (name) => {
  const text = readFileSync(join(root, 'examples', 'conversations', name), 'utf8');
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/conversation\.schema\.json\n/);
  validate(parse(text));
  expect(validate.errors ?? []).toEqual([]);
});

test('the schema knows what can be expected, and nothing else', () => {
  const { expect: expectation } = schema.properties.turns.items.properties;
  expect(Object.keys(expectation.properties)).toEqual(Object.keys(makeExact({})));
  expect(expectation.additionalProperties).toBe(false);
});

test.each([
  ['a misspelled key', { nmae: 'x' }],
  ['no turns', { turns: [] }],
  ['an expectation of nothing known', { turns: [{ expect: { start: [] } }] }],
  ['a turn id, which the player chooses', { turns: [{ turn_id: 'x', expect: {} }] }],
])('%s is refused', (_what, change) => {
  const talk = { name: 'Talk', given: { scenarios: ['a.yaml'] }, turns: [{ message: 'Hello', expect: {} }] };
  expect(validate(talk)).toBe(true);
  expect(validate({ ...talk, ...change })).toBe(false);
});
