// docs/contract.md: every method, message, field and enum value of the contract.
import { ScalarType } from '@bufbuild/protobuf';
import { comment, contractFile, contractFileNames } from '../contract-image.mjs';
import { fail } from '../run.mjs';
import { fieldWords } from './field-words.mjs';
import { anchor, prose, table } from './markdown.mjs';

/** The files of the contract in the order of the page, with the headings of those that hold no service. */
const FILES = [
  ['orchestrator_service', ''],
  ['session_service', ''],
  ['scenario_service', ''],
  ['turn', 'What comes in with a turn'],
  ['lifecycle', 'What is decided: context and lifecycle'],
  ['transition', 'What is decided: transitions'],
  ['contribution', 'What is decided: contributions'],
  ['session', 'What a session holds'],
  ['scenario', 'What a scenario holds'],
  ['error_reason', 'What a call fails with'],
];
const KINDS = {
  unary: 'One request, one answer.',
  server_streaming: 'One request, a stream of answers.',
  bidi_streaming: 'A stream of requests, a stream of answers.',
};

export function contractPage() {
  const missing = contractFileNames().filter((name) => !FILES.some(([known]) => known === name));
  if (missing.length > 0) fail(`contract: docs/contract.md has no place for ${missing.join(', ')}.proto`);
  const parts = FILES.map(([name, title]) => ({ ...partsOf(contractFile(name)), title }));
  return [
    '# The contract',
    '',
    'Every method, message and field of `focal.orchestration.v1`. Made by `npm run generate` from the comments and rules of',
    '[proto/focal/orchestration/v1](../proto/focal/orchestration/v1); not to be edited. Numbers in brackets are sections of the',
    '[semantics](semantics.md).',
    '',
    'A field without a word under “when left out” has the zero value of its type then, or belongs to an answer. A request that breaks',
    'a bound is refused with INVALID_ARGUMENT, and the answer names every field that does.',
    '',
    ...parts.flatMap(contents),
    '',
    ...parts.flatMap(({ title, services, messages, enums }) => [
      ...(title === '' ? [] : [`## ${title}`, '']),
      ...services.flatMap(serviceLines),
      ...messages.flatMap(messageLines),
      ...enums.flatMap(enumLines),
    ]),
  ];
}

function partsOf({ services, messages, enums }) {
  return { services, messages, enums };
}

function contents({ title, services, messages, enums }) {
  const heading = title === '' ? services[0].name : title;
  const rpcs = services.flatMap(({ methods }) => methods);
  const inside = rpcs.length > 0 ? rpcs : [...messages, ...enums];
  return [`- [${heading}](${anchor(heading)}): ${inside.map(link).join(', ')}`];
}

function serviceLines(service) {
  return [`## ${service.name}`, '', ...paragraphs(service), ...service.methods.flatMap(methodLines)];
}

function methodLines(method) {
  const { name, methodKind, input, output } = method;
  const kind = KINDS[methodKind] ?? fail(`contract: no words for a ${methodKind} method`);
  return [`### ${name}`, '', `${link(input)} → ${link(output)}. ${kind}`, '', ...paragraphs(method)];
}

function messageLines(message) {
  const rows = message.fields.map((field) => {
    const { type, presence, meaning } = fieldWords(field, { named, scalar });
    const only = field.oneof === undefined ? presence : `one of \`${field.oneof.name}\``;
    return [
      `\`${field.name}\``,
      `${field.proto.proto3Optional ? 'optional ' : ''}${type}`,
      prose(only),
      prose(meaning),
    ];
  });
  const fields = rows.length > 0 ? [...table(['field', 'type', 'when left out', 'meaning'], rows), ''] : [];
  return [`### ${message.name}`, '', ...paragraphs(message), ...fields];
}

function enumLines(descriptor) {
  const rows = descriptor.values.map((value) => [
    `\`${value.name}\``,
    String(value.number),
    prose(comment(value).join(' ')),
  ]);
  return [`### ${descriptor.name}`, '', ...paragraphs(descriptor), ...table(['value', 'number', 'meaning'], rows), ''];
}

function paragraphs(descriptor) {
  return comment(descriptor).flatMap((text) => [prose(text), '']);
}

/** A message or enum; those of other packages are not explained here. */
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
