import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingKeys, settingsSchema } from '../../../src/cli/conversation-tests/test-settings';

const root = join(__dirname, '..', '..', '..');
const toml = readFileSync(join(root, 'config', 'default.toml'), 'utf8');
const section = /\[pipeline\.scenario_orchestration\]\n([\s\S]*?)\n\[/.exec(toml)?.[1] ?? '';
/** The keys of the section, each with its comment and its default. */
const documented = [...section.matchAll(/((?:^#.*\n)+)^(\w+) = (.*)$/gm)].map(
  ([, comment = '', key = '', value = '']) => ({
    key,
    comment,
    value: JSON.parse(value),
  }),
);

const accepts = (key: string, value: unknown): boolean => settingsSchema.safeParse({ [key]: value }).success;

test('the settings of a conversation are those of [pipeline.scenario_orchestration]', () => {
  expect(settingKeys).toEqual(documented.map(({ key }) => key));
  for (const { key, value } of documented) expect([key, accepts(key, value)]).toEqual([key, true]);
});

test('the settings have the ranges of config/default.toml', () => {
  const ranges = documented.flatMap(({ key, comment }) => {
    const match = /(-?\d+)\.\.(\d+)\.\n$/.exec(comment);
    return match === null ? [] : [{ key, min: Number(match[1]), max: Number(match[2]) }];
  });
  expect(ranges.length).toBeGreaterThan(5);
  for (const { key, min, max } of ranges) {
    const accepted = [min - 0.5, min, max, max + 0.5].map((value) => accepts(key, value));
    expect([key, accepted]).toEqual([key, [false, true, true, false]]);
  }
});

test('the schema has exactly the settings of a conversation', () => {
  const schema = JSON.parse(readFileSync(join(root, 'schemas', 'conversation.schema.json'), 'utf8'));
  expect(Object.keys(schema.properties.given.properties.settings.properties)).toEqual(settingKeys);
});
