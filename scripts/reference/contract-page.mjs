// Renders docs/contract.md: every method with an example, every message, field and enum value of the contract.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScalarType } from '@bufbuild/protobuf';
import { getCommentParagraphs, getContractFile, listContractFileNames } from '../contract-image.mjs';
import { fail, root } from '../run.mjs';
import { describeField } from './describe-field.mjs';
import { escapeProse, renderTable, toAnchor } from './markdown.mjs';

/** The files of the contract in page order, with the headings of the files that contain no service. */
const contractFiles = [
  ['orchestrator_service', ''],
  ['session_service', ''],
  ['scenario_service', ''],
  ['turn', 'Turn input'],
  ['lifecycle', 'Decisions: context and lifecycle'],
  ['transition', 'Decisions: transitions'],
  ['contribution', 'Decisions: contributions'],
  ['request', 'Open requests'],
  ['feed', 'Feed'],
  ['simulation', 'Simulation'],
  ['session', 'Sessions'],
  ['scenario', 'Scenarios'],
  ['field', 'Fields'],
  ['error_reason', 'Errors'],
];
const methodKinds = {
  unary: 'Unary.',
  server_streaming: 'Server streaming.',
  bidi_streaming: 'Bidirectional streaming.',
};
/** Matches the parts of an example file as Biome formats it. */
const examplePattern = /^\{\n {2}"request": (.*),\n {2}"(response|error)": (.*)\n\}\n$/s;

export function renderContractPage() {
  const missing = listContractFileNames().filter((name) => !contractFiles.some(([known]) => known === name));
  if (missing.length > 0) fail(`contract: docs/contract.md has no section for ${missing.join(', ')}.proto`);
  const parts = contractFiles.map(([name, title]) => ({ ...selectParts(getContractFile(name)), title }));
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
    ...parts.map(renderContentsLine),
    '',
    ...parts.flatMap(({ title, services, messages, enums }) => [
      ...(title === '' ? [] : [`## ${title}`, '']),
      ...services.flatMap(renderService),
      ...messages.flatMap(renderMessage),
      ...enums.flatMap(renderEnum),
    ]),
  ];
}

function selectParts({ services, messages, enums }) {
  return { services, messages, enums };
}

function renderContentsLine({ title, services, messages, enums }) {
  const heading = title === '' ? services[0].name : title;
  const methods = services.flatMap((service) => service.methods);
  const entries = methods.length > 0 ? methods : [...messages, ...enums];
  return `- [${heading}](${toAnchor(heading)}): ${entries.map(renderLink).join(', ')}`;
}

function renderService(service) {
  return [`## ${service.name}`, '', ...renderParagraphs(service), ...service.methods.flatMap(renderMethod)];
}

function renderMethod(method) {
  const { name, methodKind, input, output } = method;
  const kind = methodKinds[methodKind] ?? fail(`contract: docs/contract.md has no name for a ${methodKind} method`);
  return [
    `### ${name}`,
    '',
    `${renderLink(input)} → ${renderLink(output)}. ${kind}`,
    '',
    ...renderParagraphs(method),
    ...renderExample(name),
  ];
}

function renderExample(name) {
  const path = `docs/contract-examples/${name}.json`;
  if (!existsSync(join(root, path))) fail(`${path} is missing: add a request and a response for ${name}`);
  const [, request, kind, result] =
    examplePattern.exec(readFileSync(join(root, path), 'utf8')) ??
    fail(`${path} must have a request, then a response or an error: run \`npm run format\``);
  return [
    'Request:',
    '',
    ...renderJsonBlock(request),
    kind === 'error' ? 'Fails with:' : 'Response:',
    '',
    ...renderJsonBlock(result),
  ];
}

function renderJsonBlock(text) {
  return ['```json', text.replaceAll('\n  ', '\n'), '```', ''];
}

function renderMessage(message) {
  const rows = message.fields.map((field) => {
    const { type, presence, meaning } = describeField(field, { formatNamed, formatScalar });
    return [
      `\`${field.name}\``,
      `${field.proto.proto3Optional ? 'optional ' : ''}${type}`,
      escapeProse(field.oneof === undefined ? presence : `one of \`${field.oneof.name}\``),
      escapeProse(meaning),
    ];
  });
  const fields =
    rows.length > 0 ? [...renderTable(['field', 'type', 'required or default', 'description'], rows), ''] : [];
  return [`### ${message.name}`, '', ...renderParagraphs(message), ...fields];
}

function renderEnum(descriptor) {
  const rows = descriptor.values.map((value) => [
    `\`${value.name}\``,
    String(value.number),
    escapeProse(getCommentParagraphs(value).join(' ')),
  ]);
  return [
    `### ${descriptor.name}`,
    '',
    ...renderParagraphs(descriptor),
    ...renderTable(['value', 'number', 'description'], rows),
    '',
  ];
}

function renderParagraphs(descriptor) {
  return getCommentParagraphs(descriptor).flatMap((text) => [escapeProse(text), '']);
}

/** Formats a message or enum of the contract as a link, and a type of another package as its name. */
function formatNamed(descriptor) {
  return listContractFileNames().includes(descriptor.file.name.split('/').pop())
    ? renderLink(descriptor)
    : `\`${descriptor.typeName}\``;
}

function formatScalar(type) {
  return `\`${ScalarType[type].toLowerCase()}\``;
}

function renderLink({ name }) {
  return `[${name}](${toAnchor(name)})`;
}
