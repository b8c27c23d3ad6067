// Renders docs/scenario-reference.md: every key of a scenario file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScalarType } from '@bufbuild/protobuf';
import { parseDocument } from 'yaml';
import { comment, message } from '../contract-image.mjs';
import { fail, root } from '../run.mjs';
import { describeField } from './describe-field.mjs';
import { anchor, escapeProse, table } from './markdown.mjs';

const scalarNames = {
  [ScalarType.BOOL]: 'true or false',
  [ScalarType.DOUBLE]: 'number',
  [ScalarType.FLOAT]: 'number',
  [ScalarType.INT32]: 'whole number',
  [ScalarType.STRING]: 'text',
  [ScalarType.UINT32]: 'whole number',
};

const relationshipExample = `relationships:
  - kind: DEPENDS_ON # no refund before an order status was looked up
    source_id: Refund
    target_scenario_id: Order status
`;

/** The sections of the page: the message, its heading, and an example. */
const pageParts = [
  ['Scenario', 'Scenario', () => excerptBefore('refund.yaml', 'steps')],
  ['ScenarioStep', 'Step', () => excerptAt('refund.yaml', ['steps', 2])],
  ['StepTransition', 'Transition', () => excerptAt('refund.yaml', ['steps', 2, 'transitions', 0])],
  ['ToolBinding', 'Tool binding', () => excerptAt('refund.yaml', ['steps', 3, 'tool_bindings', 0])],
  ['RequiredField', 'Required field', () => excerptAt('refund.yaml', ['required_fields', 1])],
  ['Relationship', 'Relationship', () => relationshipExample],
].map(([name, heading, example]) => ({ descriptor: message(name), heading, example }));

export function scenarioPage() {
  const enums = [
    ...new Set(pageParts.flatMap(({ descriptor }) => descriptor.fields.flatMap((field) => field.enum ?? []))),
  ];
  return [
    '# Scenario reference',
    '',
    'Every key of a [scenario file](scenario-files.md). `npm run generate` writes this page from',
    '[`scenario.proto`](../proto/focal/orchestration/v1/scenario.proto); do not edit it. Numbers in brackets are sections of the',
    '[semantics](semantics.md). The examples are parts of [`examples/scenarios`](../examples/scenarios).',
    '',
    ...pageParts.map(({ heading }) => `- [${heading}](${anchor(heading)})`),
    `- Enum values: ${enums.map(enumLink).join(', ')}`,
    '',
    ...pageParts.flatMap(partLines),
    ...enums.flatMap(enumLines),
  ];
}

function partLines({ descriptor, heading, example }) {
  const rows = descriptor.fields.map((field) => {
    const { type, presence, meaning } = describeField(field, { named, scalar });
    return [`\`${field.name}\``, type, escapeProse(presence), escapeProse(meaning)];
  });
  return [
    `## ${heading}`,
    '',
    escapeProse(comment(descriptor).join(' ')),
    '',
    '```yaml',
    example().trimEnd(),
    '```',
    '',
    ...table(['key', 'value', 'required or default', 'description'], rows),
    '',
  ];
}

function enumLines(descriptor) {
  const prefix = descriptor.sharedPrefix.length;
  const given = descriptor.values.filter(({ number }) => number !== 0);
  const rows = given.map((value) => [`\`${value.name.slice(prefix)}\``, escapeProse(comment(value).join(' '))]);
  return [
    `## ${descriptor.name}`,
    '',
    escapeProse(comment(descriptor).join(' ')),
    '',
    ...table(['value', 'description'], rows),
    '',
  ];
}

function named(descriptor) {
  if (descriptor.typeName === 'google.protobuf.Duration') return '[duration](scenario-files.md#format)';
  const part = pageParts.find((each) => each.descriptor === descriptor);
  return part === undefined ? enumLink(descriptor) : `[${part.heading}](${anchor(part.heading)})`;
}

function scalar(type) {
  return scalarNames[type] ?? fail(`scenario reference: no name for the scalar type ${ScalarType[type]}`);
}

function enumLink({ name }) {
  return `[${name}](${anchor(name)})`;
}

/** Returns a file of examples/scenarios up to a key, without its leading comment. */
function excerptBefore(file, key) {
  const { text, document } = parseExample(file);
  const { items } = document.contents;
  const end = items.find((pair) => pair.key.value === key) ?? fail(`${file} has no ${key}`);
  return `${text.slice(items[0].key.range[0], end.key.range[0]).trimEnd()}\n${key}: ...`;
}

/** Returns a node of a file of examples/scenarios, without its indentation. */
function excerptAt(file, path) {
  const { text, document } = parseExample(file);
  const { range } = document.getIn(path, true) ?? fail(`${file} has no node at ${path.join('.')}`);
  const indent = range[0] - text.lastIndexOf('\n', range[0]) - 1;
  return text
    .slice(range[0], range[1])
    .trimEnd()
    .replaceAll(`\n${' '.repeat(indent)}`, '\n');
}

function parseExample(file) {
  const text = readFileSync(join(root, 'examples', 'scenarios', file), 'utf8');
  return { text, document: parseDocument(text) };
}
