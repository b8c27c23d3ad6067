import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { defaultConfigFile } from '../../../src/server/config';
import { flatten } from '../../../src/server/config/config-sources';
import { knownKeys } from '../../../src/server/config/schema';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'configuration.md'), 'utf8');
const text = readFileSync(defaultConfigFile, 'utf8');

/** The comment above each key of the file, by dotted name. */
function comments(): Map<string, string> {
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

const explained = comments();

it('config/default.toml has every key that the schema knows, and no other', () => {
  expect([...flatten(parse(text), '').keys()].sort()).toEqual([...knownKeys.keys()].sort());
});

it.each([...knownKeys.keys()])('config/default.toml explains %s in a sentence', (key) => {
  expect(explained.get(key)).toMatch(/^[A-Z].*\.|^redis/);
});

const ranged = [...knownKeys].flatMap(([key, schema]) => {
  if (!(schema instanceof z.ZodNumber)) return [];
  const { minimum, maximum } = z.toJSONSchema(schema);
  return [{ key, range: `${minimum}..${maximum}` }];
});

it.each(ranged)('config/default.toml tells the range of $key as the schema has it', ({ key, range }) => {
  expect(explained.get(key)).toContain(` ${range}.`);
});

const chosen = [...knownKeys].flatMap(([key, schema]) =>
  schema instanceof z.ZodEnum ? [{ key, words: schema.options.map(String) }] : [],
);

it.each(chosen)('config/default.toml tells every word that $key may be', ({ key, words }) => {
  for (const word of words) expect(explained.get(key)).toContain(`"${word}"`);
});

const documented = [...page.matchAll(/^\| `([\w.]+)` \| (\d+) \|/gm)].map(([, key = '', value = '']) => ({
  key,
  value,
}));

it.each(documented)('docs/configuration.md tells the default of $key', ({ key, value }) => {
  expect(String(flatten(parse(text), '').get(key)?.value)).toBe(value);
});

it('docs/configuration.md has every limit', () => {
  const limits = [...knownKeys.keys()].filter((key) => /^limits\.(?!session_ttl)|^server\.max_/.test(key));
  expect(limits.filter((limit) => !documented.some(({ key }) => key === limit))).toEqual([]);
});
