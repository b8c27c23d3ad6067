// Renders docs/scenario-reference.md: every key of a scenario file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScalarType } from '@bufbuild/protobuf';
import { parseDocument } from 'yaml';
import { getCommentParagraphs, getMessage } from '../contract-image.mjs';
import { fail, root } from '../run.mjs';
import { describeField } from './describe-field.mjs';
import { escapeProse, renderTable, toAnchor } from './markdown.mjs';

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
  ['Scenario', 'Scenario', () => readExcerptBefore('refund.yaml', 'steps')],
  ['ScenarioStep', 'Step', () => readExcerptAt('refund.yaml', ['steps', 2])],
  ['StepCall', 'Call', () => readExcerptAt('account-closing.yaml', ['steps', 3])],
  ['StepTransition', 'Transition', () => readExcerptAt('refund.yaml', ['steps', 2, 'transitions', 0])],
  ['ToolBinding', 'Tool binding', () => readExcerptAt('refund.yaml', ['steps', 3, 'tool_bindings', 0])],
  ['RequiredField', 'Required field', () => readExcerptAt('refund.yaml', ['required_fields', 1])],
  ['Relationship', 'Relationship', () => relationshipExample],
].map(([name, heading, example]) => ({ descriptor: getMessage(name), heading, example }));

export function renderScenarioPage() {
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
    ...pageParts.map(({ heading }) => `- [${heading}](${toAnchor(heading)})`),
    `- Enum values: ${enums.map(renderEnumLink).join(', ')}`,
    '',
    ...pageParts.flatMap(renderPart),
    ...enums.flatMap(renderEnum),
  ];
}

function renderPart({ descriptor, heading, example }) {
  const rows = descriptor.fields.map((field) => {
    const { type, presence, meaning } = describeField(field, { formatNamed, formatScalar });
    return [`\`${field.name}\``, type, escapeProse(presence), escapeProse(meaning)];
  });
  return [
    `## ${heading}`,
    '',
    escapeProse(getCommentParagraphs(descriptor).join(' ')),
    '',
    '```yaml',
    example().trimEnd(),
    '```',
    '',
    ...renderTable(['key', 'value', 'required or default', 'description'], rows),
    '',
  ];
}

function renderEnum(descriptor) {
  const prefix = descriptor.sharedPrefix.length;
  const given = descriptor.values.filter(({ number }) => number !== 0);
  const rows = given.map((value) => [
    `\`${value.name.slice(prefix)}\``,
    escapeProse(getCommentParagraphs(value).join(' ')),
  ]);
  return [
    `## ${descriptor.name}`,
    '',
    escapeProse(getCommentParagraphs(descriptor).join(' ')),
    '',
    ...renderTable(['value', 'description'], rows),
    '',
  ];
}

function formatNamed(descriptor) {
  if (descriptor.typeName === 'google.protobuf.Duration') return '[duration](scenario-files.md#format)';
  const part = pageParts.find((each) => each.descriptor === descriptor);
  return part === undefined ? renderEnumLink(descriptor) : `[${part.heading}](${toAnchor(part.heading)})`;
}

function formatScalar(type) {
  return scalarNames[type] ?? fail(`scenario reference: no name for the scalar type ${ScalarType[type]}`);
}

function renderEnumLink({ name }) {
  return `[${name}](${toAnchor(name)})`;
}

/** Returns a file of examples/scenarios up to a key, without its leading comment. */
function readExcerptBefore(file, key) {
  const { text, document } = parseExample(file);
  const { items } = document.contents;
  const end = items.find((pair) => pair.key.value === key) ?? fail(`${file} has no ${key}`);
  return `${text.slice(items[0].key.range[0], end.key.range[0]).trimEnd()}\n${key}: ...`;
}

/** Returns a node of a file of examples/scenarios, without its indentation. */
function readExcerptAt(file, path) {
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
