// Renders docs/contract.md: every method with an example, every message, field and enum value of the contract.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScalarType } from '@bufbuild/protobuf';
import { comment, contractFile, contractFileNames } from '../contract-image.mjs';
import { fail, root } from '../run.mjs';
import { describeField } from './describe-field.mjs';
import { anchor, escapeProse, table } from './markdown.mjs';

/** The files of the contract in page order, with the headings of those that hold no service. */
const contractFiles = [
  ['orchestrator_service', ''],
  ['session_service', ''],
  ['scenario_service', ''],
  ['turn', 'Turn input'],
  ['lifecycle', 'Decisions: context and lifecycle'],
  ['transition', 'Decisions: transitions'],
  ['contribution', 'Decisions: contributions'],
  ['session', 'Sessions'],
  ['scenario', 'Scenarios'],
  ['error_reason', 'Errors'],
];
const methodKinds = {
  unary: 'Unary.',
  server_streaming: 'Server streaming.',
  bidi_streaming: 'Bidirectional streaming.',
};
/** The parts of an example file, as Biome formats it. */
const examplePattern = /^\{\n {2}"request": (.*),\n {2}"(response|error)": (.*)\n\}\n$/s;

export function contractPage() {
  const missing = contractFileNames().filter((name) => !contractFiles.some(([known]) => known === name));
  if (missing.length > 0) fail(`contract: docs/contract.md has no section for ${missing.join(', ')}.proto`);
  const parts = contractFiles.map(([name, title]) => ({ ...selectParts(contractFile(name)), title }));
  return [
    '# Contract reference',
    '',
    'Every method, message, field and enum value of the gRPC package `focal.orchestration.v1`. `npm run generate` writes this page',
    'from [proto/focal/orchestration/v1](../proto/focal/orchestration/v1) and [contract-examples](contract-examples); do not edit',
    'it. Numbers in brackets are sections of the [semantics](semantics.md). How to connect, authenticate and retry: [clients](clients.md).',
    '',
    'In the tables of fields:',
    '',
    '- The third column says **required**, or the default of an optional field. If it is empty, the field has the zero value of its',
    '  type when it is not set, or it belongs to a response.',
    '- A request with a value outside the stated range fails with INVALID_ARGUMENT. The error lists every invalid field.',
    '',
    'The examples are JSON as `buf curl` and `grpcurl` send and print it. A stream is shown as a list of messages. Responses are',
    'abridged: among others `reasoning` and server times are omitted. The examples use one scenario, stored by',
    '[PutScenario](#putscenario), and one session. A test sends them to a server and compares the responses.',
    '',
    ...parts.map(contentsLine),
    '',
    ...parts.flatMap(({ title, services, messages, enums }) => [
      ...(title === '' ? [] : [`## ${title}`, '']),
      ...services.flatMap(serviceLines),
      ...messages.flatMap(messageLines),
      ...enums.flatMap(enumLines),
    ]),
  ];
}

function selectParts({ services, messages, enums }) {
  return { services, messages, enums };
}

function contentsLine({ title, services, messages, enums }) {
  const heading = title === '' ? services[0].name : title;
  const methods = services.flatMap((service) => service.methods);
  const entries = methods.length > 0 ? methods : [...messages, ...enums];
  return `- [${heading}](${anchor(heading)}): ${entries.map(link).join(', ')}`;
}

function serviceLines(service) {
  return [`## ${service.name}`, '', ...paragraphs(service), ...service.methods.flatMap(methodLines)];
}

function methodLines(method) {
  const { name, methodKind, input, output } = method;
  const kind = methodKinds[methodKind] ?? fail(`contract: docs/contract.md has no name for a ${methodKind} method`);
  return [
    `### ${name}`,
    '',
    `${link(input)} → ${link(output)}. ${kind}`,
    '',
    ...paragraphs(method),
    ...exampleLines(name),
  ];
}

function exampleLines(name) {
  const path = `docs/contract-examples/${name}.json`;
  if (!existsSync(join(root, path))) fail(`${path} is missing: add a request and a response for ${name}`);
  const [, request, kind, result] =
    examplePattern.exec(readFileSync(join(root, path), 'utf8')) ??
    fail(`${path} must have a request, then a response or an error: run \`npm run format\``);
  return [
    'Request:',
    '',
    ...jsonBlock(request),
    kind === 'error' ? 'Fails with:' : 'Response:',
    '',
    ...jsonBlock(result),
  ];
}

function jsonBlock(text) {
  return ['```json', text.replaceAll('\n  ', '\n'), '```', ''];
}

function messageLines(message) {
  const rows = message.fields.map((field) => {
    const { type, presence, meaning } = describeField(field, { named, scalar });
    return [
      `\`${field.name}\``,
      `${field.proto.proto3Optional ? 'optional ' : ''}${type}`,
      escapeProse(field.oneof === undefined ? presence : `one of \`${field.oneof.name}\``),
      escapeProse(meaning),
    ];
  });
  const fields = rows.length > 0 ? [...table(['field', 'type', 'required or default', 'description'], rows), ''] : [];
  return [`### ${message.name}`, '', ...paragraphs(message), ...fields];
}

function enumLines(descriptor) {
  const rows = descriptor.values.map((value) => [
    `\`${value.name}\``,
    String(value.number),
    escapeProse(comment(value).join(' ')),
  ]);
  return [
    `### ${descriptor.name}`,
    '',
    ...paragraphs(descriptor),
    ...table(['value', 'number', 'description'], rows),
    '',
  ];
}

function paragraphs(descriptor) {
  return comment(descriptor).flatMap((text) => [escapeProse(text), '']);
}

/** Formats a message or enum of the contract as a link, and a type of another package as its name. */
function named(descriptor) {
  return contractFileNames().includes(descriptor.file.name.split('/').pop())
    ? link(descriptor)
    : `\`${descriptor.typeName}\``;
}

function scalar(type) {
  return `\`${ScalarType[type].toLowerCase()}\``;
}

function link({ name }) {
  return `[${name}](${anchor(name)})`;
}
