import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  conditionVariables,
  fieldRuleVariables,
  type VariableKind,
} from '../../../src/core/conditions/condition-variables';

const typeNames: Readonly<Record<VariableKind, string>> = {
  FIELDS: 'map',
  JSON: 'any',
  TEXT: 'string',
  NAMES: 'list of string',
  COUNT: 'int',
  SCORE: 'double',
};

test('6: docs/conditions.md lists every variable with its type and description', () => {
  const page = readFileSync(join(__dirname, '../../../docs/conditions.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([\w ]+) \| (.+) \|$/gm)].map((row) => row.slice(1));
  expect(rows).toEqual(
    [...Object.entries(conditionVariables), ...Object.entries(fieldRuleVariables)].map(
      ([name, { kind, description }]) => [name, typeNames[kind], description],
    ),
  );
});
