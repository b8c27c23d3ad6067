// docs/scenario-reference.md: what a scenario file may hold, in the words of the file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScalarType } from '@bufbuild/protobuf';
import { parseDocument } from 'yaml';
import { comment, message } from '../contract-image.mjs';
import { fail, root } from '../run.mjs';
import { fieldWords } from './field-words.mjs';
import { anchor, prose, table } from './markdown.mjs';

const SCALARS = {
  [ScalarType.BOOL]: 'true or false',
  [ScalarType.DOUBLE]: 'number',
  [ScalarType.FLOAT]: 'number',
  [ScalarType.INT32]: 'whole number',
  [ScalarType.STRING]: 'text',
  [ScalarType.UINT32]: 'whole number',
};

const relationshipExample = `relationships:
  - kind: DEPENDS_ON # no refund before an order was looked up
    source_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01
    target_scenario_id: 3f0c9e6d-52c1-4a0b-8a5c-6b9c61a3d202
`;

/** What the page explains, in its order: the message, its heading, how it is called in a sentence, and an example. */
const PARTS = [
  ['Scenario', 'Scenario', 'A scenario', () => headOf('refund.yaml', 'steps')],
  ['ScenarioStep', 'Step', 'A step', () => cut('refund.yaml', ['steps', 2])],
  ['StepTransition', 'Transition', 'A transition', () => cut('refund.yaml', ['steps', 2, 'transitions', 0])],
  ['ToolBinding', 'Tool binding', 'A tool binding', () => cut('refund.yaml', ['steps', 3, 'tool_bindings', 0])],
  ['RequiredField', 'Required field', 'A required field', () => cut('refund.yaml', ['required_fields', 1])],
  ['Relationship', 'Relationship', 'A relationship', () => relationshipExample],
].map(([name, heading, called, example]) => ({ descriptor: message(name), heading, called, example }));

export function scenarioPage() {
  const enums = [...new Set(PARTS.flatMap(({ descriptor }) => descriptor.fields.flatMap((field) => field.enum ?? [])))];
  return [
    '# Scenario reference',
    '',
    'Every key of a [scenario file](scenario-files.md). Made by `npm run generate` from the comments and rules of',
    '[`scenario.proto`](../proto/focal/orchestration/v1/scenario.proto); not to be edited. Numbers in brackets are sections of the',
    '[semantics](semantics.md). The examples are cut out of [`examples/scenarios`](../examples/scenarios).',
    '',
    ...PARTS.map(({ heading }) => `- [${heading}](${anchor(heading)})`),
    `- values of keys: ${enums.map(enumLink).join(', ')}`,
    '',
    ...PARTS.flatMap(partLines),
    ...enums.flatMap(enumLines),
  ];
}

function partLines({ descriptor, heading, called, example }) {
  const rows = descriptor.fields.map((field) => {
    const { type, presence, meaning } = fieldWords(field, { named, scalar });
    return [`\`${field.name}\``, type, prose(presence), prose(meaning)];
  });
  const about = comment(descriptor)
    .join(' ')
    .replace(new RegExp(`^${descriptor.name}\\b`), called);
  return [
    `## ${heading}`,
    '',
    prose(about),
    '',
    '```yaml',
    example().trimEnd(),
    '```',
    '',
    ...table(['key', 'value', 'when left out', 'meaning'], rows),
    '',
  ];
}

function enumLines(descriptor) {
  const prefix = descriptor.sharedPrefix.length;
  const given = descriptor.values.filter(({ number }) => number !== 0);
  const rows = given.map((value) => [`\`${value.name.slice(prefix)}\``, prose(comment(value).join(' '))]);
  const about = comment(descriptor)
    .join(' ')
    .replace(/^\w+ (is|says) /, '');
  return [
    `## ${descriptor.name}`,
    '',
    prose(`${about.charAt(0).toUpperCase()}${about.slice(1)}`),
    '',
    ...table(['value', 'meaning'], rows),
    '',
  ];
}

function named(descriptor) {
  if (descriptor.typeName === 'google.protobuf.Duration') return '[duration](scenario-files.md#the-form)';
  const part = PARTS.find((each) => each.descriptor === descriptor);
  return part === undefined ? enumLink(descriptor) : `[${part.heading}](${anchor(part.heading)})`;
}

function scalar(type) {
  return SCALARS[type] ?? fail(`scenario reference: no word for the scalar type ${ScalarType[type]}`);
}

function enumLink({ name }) {
  return `[${name}](${anchor(name)})`;
}

/** A file of examples/scenarios up to a key, without the comment that it begins with. */
function headOf(file, key) {
  const { text, document } = example(file);
  const { items } = document.contents;
  const end = items.find((pair) => pair.key.value === key) ?? fail(`${file} has no ${key}`);
  return `${text.slice(items[0].key.range[0], end.key.range[0]).trimEnd()}\n${key}: ...`;
}

/** A part of a file of examples/scenarios, moved to the left. */
function cut(file, path) {
  const { text, document } = example(file);
  const { range } = document.getIn(path, true) ?? fail(`${file} has nothing at ${path.join('.')}`);
  const indent = range[0] - text.lastIndexOf('\n', range[0]) - 1;
  return text
    .slice(range[0], range[1])
    .trimEnd()
    .replaceAll(`\n${' '.repeat(indent)}`, '\n');
}

function example(file) {
  const text = readFileSync(join(root, 'examples', 'scenarios', file), 'utf8');
  return { text, document: parseDocument(text) };
}
