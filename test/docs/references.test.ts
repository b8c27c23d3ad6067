import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { readSections } from './markdown-pages';

const bytes = readFileSync(join(__dirname, '..', '..', 'gen', 'descriptors.binpb'));
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
const contract = [...registry.files].filter(({ name }) => name.startsWith('focal/orchestration/v1/'));
const messages = contract.flatMap((file) => file.messages);

const contractSections = readSections('docs/contract.md');
const scenarioSections = readSections('docs/scenario-reference.md');

test.each(messages.map((message) => [message.name, message] as const))(
  'docs/contract.md lists every field of %s',
  (name, { fields }) => {
    const section = contractSections.get(name) ?? '';
    expect(fields.map((field) => field.name).filter((field) => !section.includes(`\n| \`${field}\` | `))).toEqual([]);
    expect(section).not.toBe('');
  },
);

test.each(contract.flatMap((file) => file.enums.map((values) => [values.name, values] as const)))(
  'docs/contract.md lists every value of %s',
  (name, { values }) => {
    const section = contractSections.get(name) ?? '';
    expect(values.filter((value) => !section.includes(`\n| \`${value.name}\` | ${value.number} | `))).toEqual([]);
  },
);

test.each(contract.flatMap((file) => file.services.flatMap((service) => service.methods.map(({ name }) => name))))(
  'docs/contract.md shows a request and a response of %s',
  (name) => expect(contractSections.get(name)).toMatch(/→.*\nRequest:\n.*\n(Response|Fails with):\n/s),
);

test.each([
  ['Scenario', 'Scenario'],
  ['ScenarioStep', 'Step'],
  ['StepTransition', 'Transition'],
  ['ToolBinding', 'Tool binding'],
  ['RequiredField', 'Required field'],
  ['Relationship', 'Relationship'],
])('docs/scenario-reference.md lists every key of %s and shows an example', (name, heading) => {
  const section = scenarioSections.get(heading) ?? '';
  const keys = messages.find((message) => message.name === name)?.fields.map((field) => field.name) ?? [];
  expect(keys.filter((key) => !section.includes(`\n| \`${key}\` | `))).toEqual([]);
  expect(section).toContain('```yaml\n');
});
