import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { defaultConfigFile } from '../../../src/server/config';
import { flatten } from '../../../src/server/config/config-sources';
import { knownKeys } from '../../../src/server/config/schema';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'configuration.md'), 'utf8');
const text = readFileSync(defaultConfigFile, 'utf8');

/** Reads the comment above each key of the file, by dotted name. */
function readComments(): Map<string, string> {
  const found = new Map<string, string>();
  let section = '';
  let above: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      above.push(line.slice(1).trim());
      continue;
    }
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
    const key = /^(\w+) = /.exec(line)?.[1];
    if (key !== undefined) found.set(`${section}.${key}`, above.join(' '));
    above = [];
  }
  return found;
}

const comments = readComments();

it('config/default.toml has every key that the schema knows, and no other', () => {
  expect([...flatten(parse(text), '').keys()].sort()).toEqual([...knownKeys.keys()].sort());
});

it.each([...knownKeys.keys()])('config/default.toml documents %s in a sentence', (key) => {
  expect(comments.get(key)).toMatch(/^[A-Z].*\.|^redis/);
});

const ranged = [...knownKeys].flatMap(([key, schema]) => {
  if (!(schema instanceof z.ZodNumber)) return [];
  const { minimum, maximum } = z.toJSONSchema(schema);
  return [{ key, range: `${minimum}..${maximum}` }];
});

it.each(ranged)('config/default.toml documents the range $range of $key', ({ key, range }) => {
  expect(comments.get(key)).toContain(` ${range}.`);
});

const rangedOrAuto = [...knownKeys].flatMap(([key, schema]) => {
  if (!(schema instanceof z.ZodUnion)) return [];
  const [auto, number] = schema.options;
  if (!(auto instanceof z.ZodLiteral) || !(number instanceof z.ZodNumber)) throw new Error(`${key}: unknown union`);
  const { minimum, maximum } = z.toJSONSchema(number);
  return [{ key, word: `"${auto.value}"`, range: `${minimum}..${maximum}` }];
});

it.each(rangedOrAuto)('config/default.toml documents $word and the range $range of $key', ({ key, word, range }) => {
  expect(comments.get(key)).toContain(` ${range}.`);
  expect(comments.get(key)).toContain(word);
});

const enums = [...knownKeys].flatMap(([key, schema]) =>
  schema instanceof z.ZodEnum ? [{ key, values: schema.options.map(String) }] : [],
);

it.each(enums)('config/default.toml documents every value of $key', ({ key, values }) => {
  for (const value of values) expect(comments.get(key)).toContain(`"${value}"`);
});

const documented = [...page.matchAll(/^\| `([\w.]+)` \| (?:(\d+)|`"([^"`]+)"`) \|/gm)].map(
  ([, key = '', number = '', text = '']) => ({ key, value: number || text }),
);

it.each(documented)('docs/configuration.md has the default value of $key', ({ key, value }) => {
  expect(String(flatten(parse(text), '').get(key)?.value)).toBe(value);
});

it('docs/configuration.md documents every limit', () => {
  const limits = [...knownKeys.keys()].filter((key) => /^limits\.(?!session_ttl)|^server\.max_/.test(key));
  expect(limits.filter((limit) => !documented.some(({ key }) => key === limit))).toEqual([]);
});
